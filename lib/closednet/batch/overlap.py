"""
Which notebooks of a site run side by side: neighbours that have nothing to change.

A notebook with changes has the site for itself: what comes before it is verified by
then, and what a write leads to is seen before the next.
"""

from __future__ import annotations

import threading

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

from jupyter_core.utils import ensure_event_loop

from closednet.batch.execute import GO_ON, INTERRUPTED, Outcome
from closednet.batch.forking import SHARED


if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from concurrent.futures import Future

# So many at a time: each has a kernel, and asks AWS as fast as it may.
WIDTH: Final = 3
ASK_AGAIN_S: Final = 0.5


def run(
    names: Iterable[str], busy: Container[str], one: Callable[[str], Outcome]
) -> Outcome:
    """
    Run notebooks by `one` until one of them fails, and return how that ended.

    Args:
        names: The notebooks in their order.
        busy: Those that have something to change.
        one: Runs a notebook; it is called by several threads.
    """
    outcome = Outcome("")
    for group in groups(names, busy):
        # Ordinary kernels cannot be interrupted from here.
        alone = len(group) == 1 or SHARED.prepare() is None
        outcomes = map(one, group) if alone else _together(group, one)
        for outcome in outcomes:
            if not outcome.ok:
                return outcome
    return outcome


def groups(names: Iterable[str], busy: Container[str]) -> list[list[str]]:
    """
    Return the notebooks in their order; those of a group may run side by side.
    """
    found: list[list[str]] = []
    open_group = False
    for name in names:
        if name in busy or not open_group:
            found.append([])
        found[-1].append(name)
        open_group = name not in busy
    return found


def _together(group: list[str], one: Callable[[str], Outcome]) -> list[Outcome]:
    """
    Return how those ended that were begun, in their order.
    """
    enough = threading.Event()

    def unless_enough(name: str) -> Outcome | None:
        if enough.is_set():
            return None
        outcome = None
        try:
            outcome = _in_its_own_loop(one, name)
        finally:
            if outcome is None or not outcome.ok:
                enough.set()
        return outcome

    with ThreadPoolExecutor(WIDTH) as threads:
        begun = [threads.submit(unless_enough, name) for name in group]
        try:
            wait(begun)
        except KeyboardInterrupt:
            enough.set()
            _interrupt(begun)
            ran = [n for n, f in zip(group, begun, strict=True) if f.result()]
            said = f"interrupted; {GO_ON}"
            return [Outcome(" and ".join(ran), INTERRUPTED, said)]
    ended = [future.result() for future in begun]
    return [outcome for outcome in ended if outcome is not None]


def _in_its_own_loop(one: Callable[[str], Outcome], name: str) -> Outcome:
    """
    Run a notebook in this thread; what nbclient needs there does not stay.
    """
    loop = ensure_event_loop()
    try:
        return one(name)
    finally:
        loop.close()


def _interrupt(begun: Iterable[Future[Outcome | None]]) -> None:
    """
    Interrupt their kernels until all have ended: between cells they do not listen.
    """
    left = set(begun)
    while left:
        SHARED.interrupt()
        _, left = wait(left, timeout=ASK_AGAIN_S)
