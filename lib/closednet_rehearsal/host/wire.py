"""
HTTPS as a simulated server sees it: a private address, or nobody answers.

Every private address is the rehearsal's one HTTP endpoint; the Host header says
which service was meant.
"""

from __future__ import annotations

import socket

from typing import TYPE_CHECKING, Final, NamedTuple

from closednet_rehearsal.host.names import Unresolved, addresses, is_private


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet_rehearsal.host.machine import Machine

PORT: Final = 443
TIMEOUT_S: Final = 30.0
WAY: Final = "x-rehearsal-way"
# Go's words for what may happen on the way.
WORDS: Final = {
    "timeout": "i/o timeout",
    "stalls": "net/http: TLS handshake timeout",
    "unknown-authority": "tls: failed to verify certificate: x509: certificate signed"
    " by unknown authority",
}


class Unreachable(Exception):  # noqa: N818 - what it is, not that it is an error
    """
    Nobody answers at an address; the text is that of Go's dialer.
    """


class Response(NamedTuple):
    """
    An HTTP answer; header names are in lower case.
    """

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


class Request(NamedTuple):
    """
    An HTTP request to a name; a chunked one has no length.
    """

    method: str
    host: str
    target: str = "/"
    headers: Mapping[str, str] = {}
    body: bytes = b""
    chunked: bool = False


def send(machine: Machine, request: Request, timeout_s: float = TIMEOUT_S) -> Response:
    """
    Send a request over HTTPS and return the answer.

    Raises:
        Unreachable: The name has no private address, or nobody answers there.
    """
    return send_to(machine, reach(machine, request.host), request, timeout_s)


def reach(machine: Machine, host: str) -> str:
    """
    Return the private address of a name.

    Raises:
        Unreachable: It has none: a closed network leads nowhere else.
    """
    try:
        address = addresses(machine, host)[0]
    except Unresolved as error:
        raise Unreachable(f"dial tcp: {error}") from error
    if not is_private(address):
        raise Unreachable(f"dial tcp {address}:{PORT}: i/o timeout")
    return address


def send_to(
    machine: Machine,
    address: str,
    request: Request,
    timeout_s: float = TIMEOUT_S,
    connect_s: float = TIMEOUT_S,
) -> Response:
    """
    Send a request to an address that is known already.

    Raises:
        Unreachable: Nobody answers there.
    """
    where = machine.endpoint_url.removeprefix("http://").rstrip("/")
    host, _, port = where.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout_s) as channel:
            channel.sendall(_bytes(machine, address, request))
            with channel.makefile("rb") as stream:
                answer = _parse(stream.read(), request.method)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise Unreachable(f"dial tcp {address}:{PORT}: {reason}") from error
    _met_on_the_way(machine, address, answer.headers.get(WAY, ""), connect_s)
    return answer


def upgrade(machine: Machine, request: Request) -> socket.socket:
    """
    Send a request that asks for a WebSocket and return the open connection.

    Raises:
        Unreachable: The name has no private address, or nobody speaks that there.
    """
    address = reach(machine, request.host)
    where = machine.endpoint_url.removeprefix("http://").rstrip("/")
    host, _, port = where.rpartition(":")
    try:
        channel = socket.create_connection((host, int(port)), TIMEOUT_S)
        channel.sendall(_bytes(machine, address, request))
        head = b""
        # What follows the head belongs to the WebSocket already.
        while not head.endswith(b"\r\n\r\n") and (byte := channel.recv(1)):
            head += byte
    except OSError as error:
        raise Unreachable(f"dial tcp {address}:{PORT}: {error}") from error
    if head.split(b" ")[1:2] != [b"101"]:
        channel.close()
        _, _, way = head.decode("latin-1").lower().partition(f"{WAY}: ")
        _met_on_the_way(machine, address, way.partition("\r\n")[0], TIMEOUT_S)
        raise Unreachable("websocket: bad handshake")
    channel.settimeout(None)
    return channel


def _met_on_the_way(machine: Machine, address: str, way: str, timeout_s: float) -> None:
    """
    Behave as a client does to whom that happens on the way, if anything did.
    """
    if way in {"timeout", "stalls"}:
        machine.pause(timeout_s)
    if way:
        raise Unreachable(f"dial tcp {address}:{PORT}: {WORDS.get(way, way)}")


def _bytes(machine: Machine, address: str, request: Request) -> bytes:
    headers = {
        "Host": request.host,
        "Connection": "close",
        "X-Rehearsal-Source": machine.address,
        "X-Rehearsal-Address": address,
        **request.headers,
    }
    body = request.body
    if request.chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif body or request.method in {"POST", "PUT"}:
        headers["Content-Length"] = str(len(body))
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _parse(raw: bytes, method: str) -> Response:
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError("EOF")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    elif method != "HEAD" and len(body) < int(headers.get("content-length", 0)):
        raise ValueError("unexpected EOF")
    _, code, *reason = first.split(" ", 2)
    return Response(int(code), " ".join(reason), headers, body)


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        whole, body = whole + body[:length], body[length + 2 :]
    return whole
