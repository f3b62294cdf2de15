"""
Work that people do on servers which this machine may not touch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.step import Work


if TYPE_CHECKING:
    from closednet.params.site import Host

ADMINISTRATOR: Final = "server administrator"


def file_name(host: Host, what: str) -> str:
    """
    Return the name of the script to carry, inside the handover folder.
    """
    return f"{host.name}-{what}.{'ps1' if host.os == 'windows' else 'sh'}"


def carry(host: Host, what: str) -> Work:
    """
    Return the work of carrying one script to one server.
    """
    whom = "administrator" if host.os == "windows" else "root"
    return Work(
        ADMINISTRATOR,
        f"carry handover/{file_name(host, what)} to {host.name}, run it there as"
        f" {whom}, and hand its output back as handover/{host.name}.txt",
    )
