"""
A pool of worker processes on this machine.
"""

from __future__ import annotations

import os
import selectors
import socket

from typing import TYPE_CHECKING

from closednet.batch.sites import orders
from closednet.batch.sites.pool import Begun, Ended, Lost, Stepped
from closednet.batch.sites.worker_process import WorkerProcess


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Self

    from closednet.batch.sites.orders import Order
    from closednet.batch.sites.pool import Event


def cores() -> int:
    """
    Return how many cores this process may use.
    """
    return len(os.sched_getaffinity(0))


class LocalPool:
    """
    Workers that are started when first needed and do one order after the other.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._idle: list[WorkerProcess] = []
        self._busy: dict[WorkerProcess, str] = {}
        self._told: list[Event] = []

    def start(self, order: Order) -> None:
        """
        Give an order to a worker that is free.
        """
        worker = self._given(order)
        self._busy[worker] = order.site
        where = f"process {worker.pid} on {socket.gethostname()}"
        self._told.append(Begun(order.site, where))

    def events(self, timeout_s: float) -> list[Event]:
        """
        Return what happened, at the latest after `timeout_s`.
        """
        told, self._told = self._told, []
        with selectors.DefaultSelector() as selector:
            for worker in self._busy:
                selector.register(worker, selectors.EVENT_READ)
            ready = selector.select(0 if told else timeout_s)
            heard = [key.fileobj for key, _ in ready]
        for worker in list(self._busy):
            if worker in heard:
                told.extend(self._heard(worker))
        return told

    def interrupt(self) -> None:
        """
        Ask all workers to stop where they are.
        """
        for worker in self._busy:
            worker.interrupt()

    def _given(self, order: Order) -> WorkerProcess:
        while self._idle:
            worker = self._idle.pop()
            try:
                worker.give(order)
            except OSError:
                # It died while it had nothing to do.
                worker.end()
            else:
                return worker
        worker = WorkerProcess()
        worker.give(order)
        return worker

    def _heard(self, worker: WorkerProcess) -> Iterator[Event]:
        messages = worker.hear()
        if messages is None:
            yield Lost(self._busy.pop(worker), worker.end())
        for message in messages or ():
            yield self._event(worker, message)

    def _event(self, worker: WorkerProcess, message: dict[str, Any]) -> Event:
        if "step" in message:
            return stepped(self._busy[worker], message["step"])
        site = self._busy.pop(worker)
        self._idle.append(worker)
        return Ended(site, orders.result(message["result"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (*self._idle, *self._busy):
            worker.end()
        self._idle, self._busy = [], {}


def stepped(site: str, step: dict[str, Any]) -> Stepped:
    """
    Return the event of a notebook that begins, from a worker's message.
    """
    return Stepped(site, step["notebook"], step["number"], step["of"])
