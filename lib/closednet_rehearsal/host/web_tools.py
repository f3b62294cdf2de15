"""
Stand-ins for `curl` and `wget`: HTTPS to private addresses, nothing else.
"""

from __future__ import annotations

import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.curl_failures import (
    CurlError,
    Options,
    by_proxy,
    failure,
    timeout,
)
from closednet_rehearsal.host.names import Unresolved, addresses, is_private
from closednet_rehearsal.host.wire import Request, Response, Unreachable, send_to


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.host.machine import Machine

WITH_VALUE: Final = {
    "-o": "output",
    "--output": "output",
    "-w": "write",
    "--write-out": "write",
    "-X": "method",
    "--request": "method",
    "-H": "header",
    "--header": "header",
    "-d": "data",
    "--data": "data",
    "--resolve": "resolve",
    "--connect-timeout": "connect-timeout",
    "-m": "max-time",
    "--max-time": "max-time",
    "--noproxy": "noproxy",
    **dict.fromkeys(("-A", "-x", "--cacert", "--retry"), "ignored"),
}
FLAGS: Final = {
    "--fail": "f",
    "--silent": "s",
    "--show-error": "S",
    "--head": "I",
    "--remote-name": "O",
}
REFUSED: Final = 400
WGET_CODES: Final = {6: 4, 7: 4, 28: 4, 22: 8}
MOST_SECONDS: Final = 300.0


def main(machine: Machine, name: str, arguments: list[str]) -> int:
    """
    Run curl or wget.
    """
    if name == "wget":
        arguments = _as_curl(arguments)
    options = parse(arguments)
    if not options.urls:
        print(f"{name}: no URL specified", file=sys.stderr)
        return 2
    code = 0
    for url in options.urls:
        try:
            _fetch(machine, options, url)
        except CurlError as error:
            code = error.code
            if "s" not in options.flags or "S" in options.flags:
                print(f"curl: ({error.code}) {error}", file=sys.stderr)
    return WGET_CODES.get(code, code) if name == "wget" else code


def parse(arguments: list[str]) -> Options:
    """
    Return what a command line of curl says.
    """
    options = Options(set(), {}, [])
    rest = iter(arguments)
    for word in rest:
        if word in WITH_VALUE:
            options.values.setdefault(WITH_VALUE[word], []).append(next(rest, ""))
        elif word.startswith("--"):
            options.flags.add(FLAGS.get(word, word))
        elif word.startswith("-"):
            _short(options, word, rest)
        else:
            options.urls.append(word)
    return options


def _short(options: Options, word: str, rest: Iterator[str]) -> None:
    for place, letter in enumerate(word[1:], 2):
        name = WITH_VALUE.get(f"-{letter}")
        if name is None:
            options.flags.add(letter)
            continue
        value = word[place:] or next(rest, "")
        options.values.setdefault(name, []).append(value)
        return


def _as_curl(arguments: list[str]) -> list[str]:
    spoken = {"-O": "-o", "--output-document": "-o", "-q": "-s", "--spider": "-I"}
    words = [spoken.get(word, word) for word in arguments]
    words = [word for word in words if not word.startswith(("--tries", "--timeout"))]
    return ["-f", *words] if "-o" in words else ["-f", "-O", *words]


def _fetch(machine: Machine, options: Options, url: str) -> None:
    scheme, _, rest = url.partition("://")
    if not rest:
        scheme, rest = "http", url
    authority, _, path = rest.partition("/")
    host, _, port = authority.partition(":")
    number = port or {"https": "443"}.get(scheme, "80")
    by_proxy(machine, options, scheme)
    address = _address(machine, options, host, number)
    if number != "443":
        # Firewalls of a closed network let nothing but this port through.
        raise timeout(options)
    to = (address, host, f"/{path}")
    response = _send(machine, options, to, plain=scheme == "http")
    body = response.body
    if "f" in options.flags and response.status >= REFUSED:
        _report(options, response, 0)
        raise CurlError(22, f"The requested URL returned error: {response.status}")
    if options.flags & {"I", "i"}:
        body = _head(response) + (b"" if "I" in options.flags else body)
    _write(options, path, body)
    _report(options, response, len(body))


def _address(machine: Machine, options: Options, host: str, port: str) -> str:
    for rule in options.values.get("resolve", []):
        name, number, address = [*rule.split(":", 2), "", ""][:3]
        if (name, number) == (host, port):
            return address
    try:
        address = addresses(machine, host)[0]
    except Unresolved as error:
        raise CurlError(6, f"Could not resolve host: {host}") from error
    if not is_private(address):
        raise timeout(options)
    return address


def _send(
    machine: Machine, options: Options, to: tuple[str, str, str], *, plain: bool
) -> Response:
    address, host, path = to
    data = options.value("data").encode()
    default = "HEAD" if "I" in options.flags else "POST" if data else "GET"
    headers = {"User-Agent": "curl/8.5.0 (rehearsal)", "Accept": "*/*"}
    if plain:
        headers["X-Rehearsal-Plain"] = "1"
    for line in options.values.get("header", []):
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    request = Request(options.value("method", default), host, path, headers, data)
    limit = float(options.value("max-time") or MOST_SECONDS)
    connect = float(options.value("connect-timeout") or limit)
    try:
        return send_to(machine, address, request, limit, connect)
    except Unreachable as error:
        raise failure(options, host, str(error)) from error


def _head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _write(options: Options, path: str, body: bytes) -> None:
    target = options.value("output")
    if not target and "O" in options.flags:
        target = path.partition("?")[0].rpartition("/")[2] or "index.html"
    if target and target != "-":
        try:
            Path(target).write_bytes(body)
        except OSError as error:
            raise CurlError(23, f"Failure writing output to {target}") from error
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def _report(options: Options, response: Response, size: int) -> None:
    text = options.value("write")
    known = {
        "http_code": str(response.status),
        "response_code": str(response.status),
        "size_download": str(size),
        "time_connect": "0.004",
    }
    for name, value in known.items():
        text = text.replace(f"%{{{name}}}", value)
    print(text.replace("\\n", "\n"), end="")
