"""
Answers of AWS that are no error for the one who asked: gone already, not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.errors import AwsError


if TYPE_CHECKING:
    from types import TracebackType


class Tolerating:
    """
    Swallows AWS errors with one of `codes`; to be put around `account.call`.
    """

    def __init__(self, *codes: str) -> None:
        self._codes = codes

    def __enter__(self) -> None:
        """
        Begin to tolerate.
        """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return isinstance(error, AwsError) and error.code in self._codes
