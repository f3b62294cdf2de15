"""
Stand-in for `getent`: names through the server's resolver, accounts from its files.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.names import Unresolved, addresses


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

NOT_FOUND: Final = 2
COLUMN: Final = 15


def main(machine: Machine, _: str, arguments: list[str]) -> int:
    """
    Look every key up in one database.
    """
    database, *keys = arguments or [""]
    match database:
        case "ahosts" | "ahostsv4" | "hosts":
            return max((_name(machine, database, key) for key in keys), default=0)
        case "passwd" | "group":
            return max((_account(machine, database, key) for key in keys), default=0)
        case _:
            print(f"Unknown database: {database}", file=sys.stderr)
            return 1


def _name(machine: Machine, database: str, name: str) -> int:
    try:
        found = addresses(machine, name)
    except Unresolved:
        return NOT_FOUND
    for number, address in enumerate(found):
        if database == "hosts":
            print(f"{address:{COLUMN}} {name}")
            continue
        print(f"{address:{COLUMN}} STREAM {name if not number else ''}".rstrip())
        print(f"{address:{COLUMN}} DGRAM")
        print(f"{address:{COLUMN}} RAW")
    return 0


def _account(machine: Machine, database: str, key: str) -> int:
    file = machine.root / "etc" / database
    lines = file.read_text().splitlines() if file.exists() else []
    found = [line for line in lines if line.split(":")[0] == key]
    print("\n".join(found), end="\n" if found else "")
    return 0 if found else NOT_FOUND
