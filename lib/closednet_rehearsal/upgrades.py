"""
Lets a WSGI application keep a connection of waitress for itself, as WebSockets need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

from closednet_rehearsal.ssm.control_channel import TAKEOVER


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet_rehearsal.front import Application, Environ


class Upgrades:
    """
    Hands the socket over when an answer is 101 and something waits for it.
    """

    def __init__(self, inner: Application) -> None:
        self._inner = inner

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """
        Answer one request.
        """
        started: list[Any] = []
        body = self._inner(environ, lambda *given: started.extend(given))
        takeover = environ.get(TAKEOVER)
        if takeover is None or not started[0].startswith("101"):
            start_response(*started)
            return body
        # waitress closes its own copy of the connection, and writes nothing to it.
        connection = environ["waitress.client_disconnected"].__self__.socket.dup()
        takeover(connection, _head(started[1]))
        raise ClientDisconnected


def _head(headers: list[tuple[str, str]]) -> bytes:
    lines = ["HTTP/1.1 101 Switching Protocols"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
