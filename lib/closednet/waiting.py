"""
Waiting for the outside world, with a pause and a limit that are arguments.
"""

from __future__ import annotations

import time

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from closednet.errors import AdapterError, AwsThrottled


if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    How long to wait and how often to look, in seconds; `fresh` comes before a look.
    """

    poll_s: float = 5.0
    timeout_s: float = 900.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    fresh: Callable[[], object] = bool

    def until(self, probe: Callable[[], T | None], *, what: str, hint: str = "") -> T:
        """
        Return the first answer of `probe` that is not None.

        A look that was throttled has seen nothing: it is taken again later.

        Raises:
            AdapterError: It did not come within `timeout_s`.
        """
        start = self.clock()
        while (answer := self._seen(probe)) is None:
            if self.clock() - start >= self.timeout_s:
                raise AdapterError(
                    f"{what} did not come true within {self.timeout_s:g} s",
                    hint=hint or "look at the resource, then run this step again",
                )
            self.sleep(self.poll_s)
        return answer

    def _seen(self, probe: Callable[[], T | None]) -> T | None:
        self.fresh()
        try:
            return probe()
        except AwsThrottled:
            return None
