"""
Keeps tests away from networks and from anybody's AWS configuration.
"""

from __future__ import annotations

import ipaddress
import os
import socket

from typing import Any, Final


FOREIGN_VARIABLES: Final = ("AWS_", "CLOSEDNET_CONNECTION", "CLOSEDNET_EVIDENCE")
AWS_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "AKIAREHEARSALOPERATOR",
    "AWS_SECRET_ACCESS_KEY": "rehearsal",
    "AWS_DEFAULT_REGION": "ap-northeast-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
INTERNET: Final = (socket.AF_INET, socket.AF_INET6)


class NetworkForbiddenError(AssertionError):
    """
    A test wanted to leave this machine.
    """


def forbid_network(event: str, arguments: tuple[Any, ...]) -> None:
    """
    Refuse, as an audit hook, whatever is not about loopback.
    """
    match event, arguments:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg", (used, address):
            if used.family in INTERNET and address:
                _refuse_unless_loopback(address[0])
        case "socket.getaddrinfo", (host, *_):
            _refuse_unless_loopback(host)
        case "socket.gethostbyname", (host,):
            _refuse_unless_loopback(host)
        case _:
            pass


def _refuse_unless_loopback(host: Any) -> None:
    text = host.decode() if isinstance(host, bytes) else host
    if text not in {None, "", "localhost"} and not _is_loopback(text):
        raise NetworkForbiddenError(f"tests stay on this machine, but want {text}")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
