"""
The process of a worker: `... DESCRIPTOR`, a socket on which orders come, a line each.

It ends with the socket: if whoever gives the orders is gone, nobody would be told.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import sys
import threading

from typing import TYPE_CHECKING, Any

from closednet.batch import guarding
from closednet.batch.forking import SHARED
from closednet.batch.sites import orders


if TYPE_CHECKING:
    from closednet.batch.rollout import Stage
    from closednet.batch.sites.orders import Order


def main(arguments: list[str]) -> None:
    """
    Do the orders that come, one after the other.
    """
    # Whoever started us in the background may have had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    channel = socket.socket(fileno=int(arguments[0]))
    waiting: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(channel, waiting), daemon=True).start()
    guarding.install()
    while True:
        _do(channel, waiting.get())


def _do(channel: socket.socket, order: Order) -> None:
    if order.verb == "apply":
        # Imports what kernels need while we import what the batch needs.
        SHARED.prepare()
    from closednet.batch.sites import work  # noqa: PLC0415 - papermill is slow to import

    def tell(stage: Stage) -> None:
        _send(channel, step=stage._asdict())

    _send(channel, result=orders.to_json(work.do(order, tell)))


def _listen(channel: socket.socket, waiting: queue.SimpleQueue[Order]) -> None:
    with channel.makefile("rb") as lines:
        for line in lines:
            waiting.put(orders.order(json.loads(line)))
    # At any moment: what is half done is found again, and the locks go with us.
    os._exit(0)


def _send(channel: socket.socket, **message: Any) -> None:
    channel.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
