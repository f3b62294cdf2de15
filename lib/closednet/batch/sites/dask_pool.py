"""
A pool whose workers are those of a Dask scheduler, on whatever machines they run.

Each of their threads keeps one worker process of ours, which does the orders: a site's
rollout prints, sets variables and forks kernels, and shares that with nobody. All of
them see the parameters and the evidence under the same paths.
"""

from __future__ import annotations

import queue
import socket
import threading
import uuid

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from distributed import Client, KilledWorker, get_worker

from closednet.batch.sites import orders
from closednet.batch.sites.local_pool import stepped
from closednet.batch.sites.orders import Result, short
from closednet.batch.sites.pool import Begun, Ended, Lost
from closednet.batch.sites.schedule import PATIENCE_S
from closednet.batch.sites.worker_process import WorkerProcess
from closednet.errors import AdapterError


if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from distributed import Future

    from closednet.batch.sites.orders import Order
    from closednet.batch.sites.pool import Event

ANSWER_S: Final = 15.0
RUNNING: Final = "running"
GO_ON: Final = "start it, then run the same command again: what is done stays done"


class DaskPool:
    """
    Orders as tasks of a scheduler, at most `size` at a time.
    """

    def __init__(self, address: str, most: int | None = None) -> None:
        self._address = address
        try:
            self._client: Any = Client(address, timeout=ANSWER_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as err:
            raise AdapterError(
                f"no Dask scheduler answers at {address}: {err}",
                hint="`dask scheduler` prints its address, such as tcp://10.0.0.5:8786",
            ) from err
        threads = sum(self._client.nthreads().values())
        if not threads:
            self._client.close()
            raise AdapterError(
                f"the Dask scheduler at {address} has no workers",
                hint=f"start some: dask worker {address}",
            )
        self.size = min(threads, most or threads)
        self._topic = f"closednet-{uuid.uuid4().hex}"
        self._told: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._futures: dict[str, Future] = {}
        self._where: dict[str, str] = {}
        self._client.subscribe_topic(self._topic, self._hear)

    def start(self, order: Order) -> None:
        """
        Submit an order.
        """
        data = orders.to_json(order)
        # Dask begins the task of a worker that died elsewhere, and says nothing.
        data["patience_s"] = PATIENCE_S
        future = self._client.submit(
            work_there,
            data,
            self._topic,
            key=f"{self._topic}-{order.site}-{uuid.uuid4().hex}",
            pure=False,
        )
        self._where.pop(order.site, None)
        self._futures[order.site] = future
        ended = partial(self._note_end, order.site)
        future.add_done_callback(ended)

    def events(self, timeout_s: float) -> list[Event]:
        """
        Return what happened, at the latest after `timeout_s`.

        Raises:
            AdapterError: The scheduler is gone.
        """
        try:
            told = [self._told.get(timeout=timeout_s)]
        except queue.Empty:
            self._require_scheduler()
            return []
        while not self._told.empty():
            told.append(self._told.get())
        return [event for site, what in told for event in self._events(site, what)]

    def interrupt(self) -> None:
        """
        Let sites that run come to their ends: their threads cannot be stopped.
        """

    def _hear(self, event: tuple[float, Any]) -> None:
        message = event[1]
        self._told.put((message["site"], message))

    def _note_end(self, site: str, future: Future) -> None:
        self._told.put((site, future))

    def _events(self, site: str, what: Any) -> list[Event]:
        if site not in self._futures:
            return []
        if isinstance(what, dict):
            return [self._message(site, what)]
        if what is not self._futures[site]:
            return []
        del self._futures[site]
        return [self._end(site, what)]

    def _message(self, site: str, message: dict[str, Any]) -> Event:
        if "step" in message:
            return stepped(site, message["step"])
        former = self._where.get(site, "")
        self._where[site] = where = str(message["begun"])
        return Begun(site, where, f"{former} is gone" if former else "")

    def _end(self, site: str, future: Any) -> Event:
        if future.status in ("cancelled", "lost"):
            raise self._gone()
        error = future.exception()
        if isinstance(error, KilledWorker):
            return Lost(site, f"its workers died: {error}")
        if error is not None:
            said = short(f"{error}; is the same closednet installed there?")
            return Ended(site, Result(site, 5, type(error).__name__, said))
        told: Mapping[str, Any] = future.result()
        if "lost" in told:
            return Lost(site, str(told["lost"]))
        return Ended(site, orders.result(told))

    def _require_scheduler(self) -> None:
        if self._client.status != RUNNING:
            raise self._gone()

    def _gone(self) -> AdapterError:
        return AdapterError(
            f"the Dask scheduler at {self._address} is gone", hint=GO_ON
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close(timeout=1)


KEPT: Final = threading.local()


def work_there(data: Mapping[str, Any], topic: str) -> dict[str, Any]:
    """
    Have an order done on the machine of a Dask worker; runs in one of its threads.
    """
    there: Any = get_worker()
    child, order = _child(), orders.order(data)
    try:
        child.give(order)
    except OSError:
        # It died while it had nothing to do.
        child = _child(new=True)
        child.give(order)
    where = f"process {child.pid} of {there.address} on {socket.gethostname()}"
    there.log_event(topic, {"site": order.site, "begun": where})
    for message in child.messages():
        if "result" in message:
            result: dict[str, Any] = message["result"]
            return result
        there.log_event(topic, {"site": order.site, **message})
    KEPT.child = None
    return {"lost": child.end()}


def _child(*, new: bool = False) -> WorkerProcess:
    """
    Return the worker process of this thread.
    """
    child: WorkerProcess | None = getattr(KEPT, "child", None)
    if child is None or new:
        if child is not None:
            child.end()
        child = KEPT.child = WorkerProcess()
    return child
