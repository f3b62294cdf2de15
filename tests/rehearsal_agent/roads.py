"""
Two roads to the services: one plain port for all names, or real names over TLS.
"""

from __future__ import annotations

import http.client
import ssl

from dataclasses import dataclass

import websocket


@dataclass(frozen=True)
class Answer:
    """
    An HTTP answer.
    """

    status: int
    body: bytes


@dataclass(frozen=True)
class Road:
    """
    Leads to a host name at `port` of loopback, or over TLS wherever it resolves to.
    """

    port: int = 0
    ca_file: str = ""

    def send(
        self, method: str, host: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        """
        Send one request; without a Content-Length its body is chunked.
        """
        connection = self._connection(host)
        is_chunked = body and "Content-Length" not in headers
        if is_chunked:
            headers = {**headers, "Transfer-Encoding": "chunked"}
            half = len(body) // 2
            chunks = iter((body[:half], body[half:]))
            connection.request(method, target, chunks, headers, encode_chunked=True)
        else:
            connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        return Answer(answer.status, raw)

    def upgrade(
        self, host: str, target: str, headers: dict[str, str]
    ) -> websocket.WebSocket:
        """
        Open a WebSocket with a client that is not of this project.
        """
        lines = [f"{name}: {value}" for name, value in headers.items()]
        where = f"ws://127.0.0.1:{self.port}" if self.port else f"wss://{host}"
        options = {"ca_certs": self.ca_file} if self.ca_file else {}
        opened: websocket.WebSocket = websocket.create_connection(
            f"{where}{target}", timeout=10, header=lines, host=host, sslopt=options
        )
        return opened

    def _connection(self, host: str) -> http.client.HTTPConnection:
        if self.port:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection(host, timeout=30, context=context)
