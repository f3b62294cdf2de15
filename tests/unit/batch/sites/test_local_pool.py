"""
The pool of real processes; what they are ordered ends before anything is called.
"""

from __future__ import annotations

import os
import re
import select
import signal
import time

from typing import TYPE_CHECKING

import pytest

from closednet.batch.sites.local_pool import LocalPool
from closednet.batch.sites.orders import Order
from closednet.batch.sites.pool import Begun, Ended, Lost
from closednet.batch.sites.worker_process import WorkerProcess


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.batch.sites.pool import Event

pytestmark = pytest.mark.slow

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


def test_a_worker_does_one_order_after_the_other_until_it_is_killed(
    tmp_path: Path,
) -> None:
    """
    A site's failure is its own, with its own log; a worker's death is told, and named.
    """
    pids = []
    with LocalPool(1) as pool:
        for site in ("a", "b"):
            pool.start(_order(tmp_path, site))
            # It may have begun and ended before we look.
            begun = pool.events(0)
            pids.append(_pid(begun[0]))
            ended = begun[1] if begun[1:] else _until_one_ends(pool)
            assert isinstance(ended, Ended)
            assert (site, 2, "ParamsError") == (
                ended.site,
                ended.result.code,
                ended.result.error,
            )
            assert "/nowhere.yaml" in (tmp_path / f"{site}.log").read_text()
        first = pids[0]
        assert [first, first] == pids

        os.kill(first, signal.SIGSTOP)
        pool.start(_order(tmp_path, "c"))
        os.kill(_pid(*pool.events(0)), signal.SIGKILL)
        assert Lost("c", f"worker process {first} was killed by signal 9") == (
            _until_one_ends(pool)
        )

        pool.start(_order(tmp_path, "c"))
        assert first != _pid(*pool.events(0))


def _pid(begun: Event) -> int:
    assert isinstance(begun, Begun)
    return int(re.findall(r"process (\d+)", begun.where)[0])


def test_a_worker_ends_though_its_last_words_were_not_heard(tmp_path: Path) -> None:
    """
    A batch that is killed with a message unread resets the channel.
    """
    worker = WorkerProcess()
    worker.give(_order(tmp_path, "a"))
    assert select.select([worker], [], [], PATIENCE_S)[0]

    assert f"worker process {worker.pid} ended with code 0" == worker.end()
