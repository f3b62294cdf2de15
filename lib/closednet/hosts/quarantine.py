"""
Servers that failed while the error budget lasts: left alone, and named at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.errors import HostError
from closednet.hosts.results import summed_up
from closednet.recorder import NullRecorder


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.hosts.results import CommandResult, Results
    from closednet.recorder import Recorder


@dataclass(slots=True)
class Quarantine:
    """
    The servers of a step that are not touched any more, each with its cause.
    """

    budget: int = 0
    recorder: Recorder = field(default_factory=NullRecorder)
    causes: dict[str, HostError] = field(default_factory=dict)

    def healthy(self, names: Iterable[str]) -> list[str]:
        """
        Return those that are not in quarantine.
        """
        return [name for name in names if name not in self.causes]

    @property
    def left(self) -> int:
        """
        How many more servers may fail.
        """
        return self.budget - len(self.causes)

    def sifted(
        self, what: str, results: Results, of: int | None = None
    ) -> dict[str, CommandResult]:
        """
        Return the good results, and put the servers of all others here.

        `of`: how many servers there are, where `results` holds failures only.

        Raises:
            HostError: More failed than the budget allows; all of them are named.
        """
        failed = {n: r for n, r in results.items() if isinstance(r, HostError)}
        if len(failed) > self.left:
            every = [*self.causes.values(), *failed.values()]
            total = len(self.causes) + (len(results) if of is None else of)
            raise summed_up(f"{what}: {len(every)} of {total} servers failed", every)
        for name, error in failed.items():
            self.put(name, what, error)
        return {n: r for n, r in results.items() if not isinstance(r, HostError)}

    def put(self, name: str, what: str, error: HostError) -> None:
        """
        Put one server here.
        """
        self.causes[name] = error
        self.recorder.record(
            "quarantined", host=name, doing=what, cause=error.message, hint=error.hint
        )

    def release(self) -> None:
        """
        Let every server try again.
        """
        self.causes.clear()

    def raise_for(self, names: Iterable[str]) -> None:
        """
        Make sure that none of these is here.

        Raises:
            HostError: Some are; nothing is known about them.
        """
        bad = {name: self.causes[name] for name in names if name in self.causes}
        if bad:
            raise summed_up("servers did not answer", bad.values())

    def conclude(self) -> None:
        """
        Say who is here, once all others are done.

        Raises:
            HostError: Somebody is; every server is named with its cause.
        """
        if self.causes:
            raise summed_up(
                f"{len(self.causes)} servers are quarantined, all others are done",
                self.causes.values(),
            )
