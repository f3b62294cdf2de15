"""
What curl makes of a transfer that fails, and how far it says that it came.
"""

from __future__ import annotations

import os
import sys

from typing import TYPE_CHECKING, NamedTuple


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine


class CurlError(Exception):
    """
    A transfer that failed, with the exit code and words of curl.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Options(NamedTuple):
    """
    A parsed command line.
    """

    flags: set[str]
    values: dict[str, list[str]]
    urls: list[str]

    def value(self, name: str, default: str = "") -> str:
        """
        Return the last value of an option.
        """
        return self.values.get(name, [default])[-1]


def timeout(options: Options) -> CurlError:
    """
    Return what curl says after waiting in vain.
    """
    seconds = options.value("connect-timeout") or options.value("max-time") or "300"
    waited = int(float(seconds) * 1000)
    return CurlError(28, f"Connection timed out after {waited} milliseconds")


def failure(options: Options, host: str, words: str) -> CurlError:
    """
    Return what curl makes of what happened; it tells how far it came.
    """
    if "TLS handshake" in words:
        _report_connect(options, connected=True)
        return CurlError(28, "SSL connection timeout")
    if "x509" in words:
        if "v" in options.flags:
            print("*  issuer: O=Site; CN=Site Inspection CA", file=sys.stderr)
        _report_connect(options, connected=True)
        return CurlError(
            60,
            "SSL certificate problem: unable to get local issuer certificate",
        )
    _report_connect(options, connected=False)
    if "timed out" in words or "timeout" in words:
        return timeout(options)
    return CurlError(7, f"Failed to connect to {host} port 443: Connection refused")


def _report_connect(options: Options, *, connected: bool) -> None:
    text = options.value("write")
    known = {"http_code": "000", "time_connect": "0.004" if connected else "0.000"}
    for name, value in known.items():
        text = text.replace(f"%{{{name}}}", value)
    print(text.replace("\\n", "\n"), end="")


def by_proxy(machine: Machine, options: Options, scheme: str) -> None:
    """
    Fail as a request does that a proxy of the site takes, which knows no VPC.
    """
    named = os.environ.get(f"{scheme}_proxy") or os.environ.get(
        f"{scheme}_proxy".upper()
    )
    if named and "noproxy" not in options.values:
        machine.pause(1)
        raise CurlError(56, "CONNECT tunnel failed, response 403")
