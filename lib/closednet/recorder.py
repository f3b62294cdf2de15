"""
Where everything that happens is told, so that it can be kept as evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from closednet.model.canonical import Json


class Recorder(Protocol):
    """
    Keeps events, in the order in which they happen.
    """

    def record(self, kind: str, **data: Json) -> None:
        """
        Keep one event of `kind`, such as `aws-call` or `dns-question`.
        """


class NullRecorder:
    """
    Keeps nothing.
    """

    def record(self, kind: str, **data: Json) -> None:
        """
        Forget the event.
        """
