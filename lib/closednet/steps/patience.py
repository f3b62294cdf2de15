"""
Looking again for a while: what agents and AWS do late is no failure yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet.waiting import Waiting


T = TypeVar("T")


def eventually(
    waiting: Waiting, look: Callable[[], T], *, good: Callable[[T], bool]
) -> T:
    """
    Return what `look` sees as soon as it is `good`, or the last thing it saw.
    """
    start = waiting.clock()
    while not good(seen := look()):
        if waiting.clock() - start >= waiting.timeout_s:
            break
        waiting.sleep(waiting.poll_s)
        waiting.fresh()
    return seen
