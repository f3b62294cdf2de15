"""
What a worker is told and what it answers: small, and the same in every pool.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal


if TYPE_CHECKING:
    from collections.abc import Mapping

Verb = Literal["plan", "apply", "verify"]
INTERRUPTED: Final = "KeyboardInterrupt"
LONGEST: Final = 1500


@dataclass(frozen=True, slots=True)
class Order:
    """
    One verb for one site; paths are absolute, so that any worker finds them.

    `done_run` is the run in which an earlier batch finished this under the same
    digest; `patience_s` is how long a lock may still be held by a worker that died.
    """

    verb: Verb
    site: str
    params: str
    log: str
    digest: str = ""
    done_run: str = ""
    out: str = ""
    language: str = ""
    plan_file: str = ""
    patience_s: float = 0.0
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """
    How an order ended: the exit code of a command, and what a table needs.

    `notes` are claims that failed, or what a person should know; `memory_mb` is what
    the worker's process held afterwards.
    """

    site: str
    code: int
    error: str = ""
    message: str = ""
    run: str = ""
    digest: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    memory_mb: float = 0.0

    @property
    def reason(self) -> str:
        """
        What went wrong, in one text.
        """
        return f"{self.error}: {self.message}" if self.error else self.message


def to_json(value: Order | Result) -> dict[str, Any]:
    """
    Return an order or a result as JSON data.
    """
    return asdict(value)


def order(data: Mapping[str, Any]) -> Order:
    """
    Return the order that `data` stands for.
    """
    return Order(**data)


def result(data: Mapping[str, Any]) -> Result:
    """
    Return the result that `data` stands for.
    """
    return Result(**{**data, "notes": tuple(data["notes"])})


def interrupted(given: Order) -> Result:
    """
    Return the result of an order that Ctrl-C ended.
    """
    code, said = 130, "stopped where it was; the same command goes on"
    return Result(given.site, code, INTERRUPTED, said, digest=given.digest)


def short(text: str) -> str:
    """
    Return `text`, cut where a table or a journal would suffer from its length.
    """
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
