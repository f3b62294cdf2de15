"""
The rehearsed internet: AWS names have public addresses out of RFC 5737.
"""

from __future__ import annotations

import re

from hashlib import sha256
from typing import Final

from closednet_rehearsal.dns.answer import Answer, Record, found, missing, refused
from closednet_rehearsal.dns.state import is_below


AWS: Final = "amazonaws.com"
REGION_LABEL: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
TTL: Final = 60


def public_answer(name: str, rtype: str) -> Answer:
    """
    Return what somebody without any private name would be told.

    The names of endpoints (`vpce`) are known only behind the private link.
    """
    if not is_below(name, AWS):
        return refused()
    if is_below(name, f"vpce.{AWS}") or f".vpce.{AWS}" in name:
        return missing(authority(name))
    if name == AWS or rtype != "A":
        return found((), authority(name))
    return found((Record("A", (public_address(name),), TTL),), authority(name))


def public_address(name: str) -> str:
    """
    Return the same 198.51.100.x for the same name, always.
    """
    return f"198.51.100.{1 + sha256(name.encode()).digest()[0] % 254}"


def authority(name: str) -> str:
    """
    Return the owner of the SOA record in a negative answer about `name`.

    A forwarder that forwards `ssm.<region>.amazonaws.com` takes an SOA of a
    zone above that for a forged answer (BIND: FORMERR), so it is as low as
    any zone that somebody forwards.
    """
    labels = name.split(".")
    for depth, label in enumerate(labels[:-2]):
        if REGION_LABEL.fullmatch(label):
            is_vpce = labels[depth + 1] == "vpce"
            return ".".join(labels[depth if is_vpce else max(depth - 1, 0) :])
    return ".".join(labels[-3:])
