"""
Taking the operator's rights away, each once, along one whole rollout.

The operator begins with nothing. Each time a step stops for want of something, the
part of the policies that would have allowed it is put to the proof: everything but
that part is given, and the step must stop again and name what lacks. Then the part is
given back, and the step goes on from where it stopped. So each part is missed exactly
once, and what nobody missed in the end is not needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.least_privilege.removal import (
    Part,
    only,
    parts,
    speaking_of,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet_rehearsal.least_privilege.bench import Bench, Denied


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of a removal: the step that stopped, what lacked, and what was said.
    """

    part: Part
    step: str = ""
    missing: str = ""
    said: str = ""

    @property
    def caught(self) -> bool:
        """
        Return whether a step stopped, and its words name what is missing.
        """
        return bool(self.step) and self.missing in self.said


class Sweep:
    """
    One rollout, interrupted once for each part of the operator's policies.
    """

    def __init__(
        self, bench: Bench, documents: Mapping[str, Any], *, by_action: bool
    ) -> None:
        self._bench = bench
        self._documents = documents
        self._all = tuple(parts(documents, by_action=by_action))
        self._given: set[Part] = set()
        self.outcomes: list[Outcome] = []

    def trust(self, proven: Iterable[Part]) -> None:
        """
        Give parts that were missed in an earlier sweep from the start.
        """
        self._given |= set(proven) & set(self._all)

    def run(
        self, phases: Iterable[str], told: Callable[[Outcome], None] = lambda _: None
    ) -> None:
        """
        Do the phases; every stop is the outcome of one removal.

        Raises:
            RuntimeError: A phase stopped for another reason than a missing right.
        """
        for phase in phases:
            self._bench.give(only(self._documents, self._given))
            while said := self._bench.attempt(phase):
                outcome = self._missed(phase, said)
                self.outcomes.append(outcome)
                told(outcome)
                self._given.add(outcome.part)
                self._bench.give(only(self._documents, self._given))
            for denied in self._operators():
                # The step went on without: then it can do without.
                self._given.add(self._part_of(denied))

    def unneeded(self) -> tuple[Part, ...]:
        """
        Return the parts that nobody missed.
        """
        missed = {outcome.part for outcome in self.outcomes}
        return tuple(part for part in self._all if part not in missed | self._given)

    def _missed(self, phase: str, said: str) -> Outcome:
        denied = self._operators()
        if not denied:
            raise RuntimeError(f"{phase} stopped, but no right lacked: {said}")
        part = self._part_of(denied[0])
        others = [each for each in self._all if each != part]
        self._bench.give(only(self._documents, others))
        again = self._bench.attempt(phase)
        lacking = [each.action for each in self._operators()]
        if not again:
            return Outcome(part)
        return Outcome(part, phase, lacking[0] if lacking else "", again)

    def _operators(self) -> list[Denied]:
        return [each for each in self._bench.denied() if each.of_operator]

    def _part_of(self, denied: Denied) -> Part:
        for part in self._all:
            if part not in self._given and speaking_of(
                self._documents, part, denied.action, denied.resource
            ):
                return part
        raise RuntimeError(
            f"no generated policy allows {denied.action} on {denied.resource}"
        )
