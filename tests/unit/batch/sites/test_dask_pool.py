"""
The pool of a real Dask scheduler with two workers on loopback.
"""

from __future__ import annotations

import os
import signal
import time

from typing import TYPE_CHECKING, Any

import pytest

from distributed import LocalCluster

from closednet.batch.sites.dask_pool import DaskPool
from closednet.batch.sites.orders import Order
from closednet.batch.sites.pool import Begun, Ended
from closednet.errors import AdapterError


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet.batch.sites.pool import Event

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


@pytest.fixture(name="cluster")
def _cluster(tmp_path: Path) -> Iterator[Any]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as cluster:
        yield cluster


def _until(pool: DaskPool, kind: type[Event]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for event in pool.events(1.0):
            if isinstance(event, kind):
                return event
    raise TimeoutError


def _order_and_wait(pool: DaskPool, order: Order) -> None:
    pool.start(order)
    _until(pool, Ended)


def test_a_site_whose_dask_worker_is_killed_is_resumed_by_another(
    cluster: Any, tmp_path: Path
) -> None:
    """Then the scheduler goes, too: that is named, and the way on."""
    order = Order("verify", "a", "/nowhere.yaml", str(tmp_path / "a.log"))
    with DaskPool(cluster.scheduler_address) as pool:
        assert 2 == pool.size
        pool.start(order)
        first = _until(pool, Begun)
        for worker in cluster.workers.values():
            if worker.worker_address in first.where:
                os.kill(worker.pid, signal.SIGKILL)

        second = _until(pool, Begun)
        assert f"{first.where} is gone" == second.instead
        ended = _until(pool, Ended)
        assert ("ParamsError", 2) == (ended.result.error, ended.result.code)
        assert ["a.log"] == [p.name for p in tmp_path.glob("*.log")]

        cluster.close()
        with pytest.raises(AdapterError, match=r"scheduler at tcp.* is gone") as caught:
            _order_and_wait(pool, order)
        assert "run the same command again" in caught.value.hint


def test_a_scheduler_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("closednet.batch.sites.dask_pool.ANSWER_S", 0.2)

    with pytest.raises(AdapterError, match=r"no Dask scheduler answers at tcp://127"):
        DaskPool("tcp://127.0.0.1:9")
