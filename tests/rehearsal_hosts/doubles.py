"""
An AWS that fits in a test: HTTP answers by operation.
"""

from __future__ import annotations

import json
import threading
import time

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


Answer = tuple[int, bytes]
JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """
    A request as the endpoint saw it.
    """

    method: str
    host: str
    path: str
    operation: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """
        The body as JSON.
        """
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """
        The body as a form.
        """
        return {k: v[0] for k, v in parse_qs(self.body.decode()).items()}


@dataclass
class Aws:
    """
    Answers by operation, objects by host and path, messages for one agent.
    """

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Callable[[Call], Answer]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    messages: Queue[JsonObject] = field(default_factory=Queue)
    poll_s: float = 0.05

    def of(self, operation: str) -> list[Call]:
        """
        Return the calls of one operation.
        """
        return [call for call in list(self.calls) if call.operation == operation]

    def wait_for(
        self, operation: str, fits: Callable[[Call], bool] = lambda _: True
    ) -> Call:
        """
        Return the first call of an operation that fits.
        """
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = next((call for call in self.of(operation) if fits(call)), None)
            if found is not None:
                return found
            time.sleep(0.01)
        raise AssertionError(f"nobody called {operation}")

    def answer(self, call: Call) -> Answer:
        """
        Answer a request.
        """
        self.calls.append(call)
        if call.operation in self.answers:
            return self.answers[call.operation](call)
        if call.operation == "GetMessages":
            return ok({"Messages": self._next()})
        if call.method == "GET":
            found = self.objects.get(call.host + call.path)
            return (200, found) if found is not None else refused("AccessDenied")
        return ok({})

    def _next(self) -> list[JsonObject]:
        try:
            return [self.messages.get(timeout=self.poll_s)]
        except Empty:
            return []


def ok(body: JsonObject) -> Answer:
    """
    Return a JSON answer.
    """
    return 200, json.dumps(body).encode()


def refused(code: str, message: str = "no") -> Answer:
    """
    Return a refusal of a JSON service.
    """
    return 400, json.dumps({"__type": code, "message": message}).encode()


@contextmanager
def serving(aws: Aws) -> Iterator[Aws]:
    """
    Serve an AWS on loopback.
    """

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            status, body = aws.answer(self._call())
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the server's names

        def _call(self) -> Call:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self._body(headers)
            target = headers.get("x-amz-target", "").rpartition(".")[2]
            form = parse_qs(body.decode("latin-1"))
            action = form.get("Action", [""])[0]
            operation = target or action or f"{self.command} {self.path}"
            host = headers["host"]
            return Call(self.command, host, self.path, operation, headers, body)

        def _body(self, headers: dict[str, str]) -> bytes:
            if headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(headers.get("content-length", 0)))
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size + 2)[:-2]
            self.rfile.readline()
            return whole

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
