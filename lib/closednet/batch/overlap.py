"""
Which notebooks of a site run side by side: neighbours that have nothing to change.

A notebook with changes has the site for itself: what comes before it is verified by
then, and what a write leads to is seen before the next.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
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
    with ThreadPoolExecutor(WIDTH) as threads:
        begun = [threads.submit(_in_its_own_loop, one, name) for name in group]
        try:
            _until_one_fails(begun)
        except KeyboardInterrupt:
            _interrupt(begun)
            ran = [n for n, f in zip(group, begun, strict=True) if not f.cancelled()]
            said = f"interrupted; {GO_ON}"
            return [Outcome(" and ".join(ran), INTERRUPTED, said)]
    return [future.result() for future in begun if not future.cancelled()]


def _in_its_own_loop(one: Callable[[str], Outcome], name: str) -> Outcome:
    """
    Run a notebook in this thread; what nbclient needs there does not stay.
    """
    loop = ensure_event_loop()
    try:
        return one(name)
    finally:
        loop.close()


def _until_one_fails(begun: list[Future[Outcome]]) -> None:
    left = set(begun)
    while left:
        ended, left = wait(left, return_when=FIRST_COMPLETED)
        if any(future.exception() or not future.result().ok for future in ended):
            _cancel(begun)
            left = {future for future in left if not future.cancelled()}


def _interrupt(begun: list[Future[Outcome]]) -> None:
    """
    Interrupt their kernels until all have ended: between cells they do not listen.
    """
    _cancel(begun)
    left = {future for future in begun if not future.cancelled()}
    while left:
        SHARED.interrupt()
        _, left = wait(left, timeout=ASK_AGAIN_S)


def _cancel(begun: list[Future[Outcome]]) -> None:
    for future in begun:
        future.cancel()
