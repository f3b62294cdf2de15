"""
The pool of real processes; what they are ordered ends before anything is called.
"""

from __future__ import annotations

import os
import re
import signal
import time

from typing import TYPE_CHECKING

from closednet.batch.sites.local_pool import LocalPool
from closednet.batch.sites.orders import Order
from closednet.batch.sites.pool import Begun, Ended, Lost


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.batch.sites.pool import Event

PATIENCE_S = 60.0


def _until_one_ends(pool: LocalPool) -> Event:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for event in pool.events(1.0):
            if isinstance(event, Ended | Lost):
                return event
    raise TimeoutError


def _order(folder: Path, site: str) -> Order:
    return Order("verify", site, "/nowhere.yaml", str(folder / f"{site}.log"))


def test_a_worker_does_one_order_after_the_other(tmp_path: Path) -> None:
    """A site's failure is its own: the worker goes on, with a log for each."""
    pids = set()
    with LocalPool(1) as pool:
        for site in ("a", "b"):
            pool.start(_order(tmp_path, site))
            (begun,) = pool.events(0)
            assert isinstance(begun, Begun)
            pids.add(begun.where)
            ended = _until_one_ends(pool)
            assert isinstance(ended, Ended)
            assert (site, 2, "ParamsError") == (
                ended.site,
                ended.result.code,
                ended.result.error,
            )
            assert "/nowhere.yaml" in (tmp_path / f"{site}.log").read_text()

    assert 1 == len(pids)


def test_a_worker_that_is_killed_is_told_and_replaced(tmp_path: Path) -> None:
    with LocalPool(1) as pool:
        pool.start(_order(tmp_path, "a"))
        (begun,) = pool.events(0)
        assert isinstance(begun, Begun)
        (pid,) = re.findall(r"process (\d+)", begun.where)
        os.kill(int(pid), signal.SIGKILL)

        assert Lost("a", f"worker process {pid} was killed by signal 9") == (
            _until_one_ends(pool)
        )
        pool.start(_order(tmp_path, "a"))
        assert isinstance(_until_one_ends(pool), Ended)
