"""
What happens on the way to a request of a simulated server, before AWS sees it.

The servers' stand-ins read it from a header and behave as their programs would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.errors import Answer
from closednet_rehearsal.way.reach import lost


if TYPE_CHECKING:
    from closednet_rehearsal.world import World

STATUS: Final = 598
HEADER: Final = "X-Rehearsal-Way"
HTTPS: Final = 443
TIMEOUT: Final = "timeout"
STALLS: Final = "stalls"
UNKNOWN_AUTHORITY: Final = "unknown-authority"


def of(world: World, environ: dict[str, Any]) -> Answer | None:
    """
    Return what a server meets instead of an answer, or None: its request arrives.
    """
    address = str(environ.get("HTTP_X_REHEARSAL_ADDRESS", ""))
    source = str(environ.get("HTTP_X_REHEARSAL_SOURCE", ""))
    if not address or not source:
        return None
    why = lost(world, source, address, "tcp", HTTPS)
    if why:
        return _answer(TIMEOUT, why)
    is_plain = environ.get("HTTP_X_REHEARSAL_PLAIN")
    if is_plain:
        return Answer(400, (("Content-Type", "text/plain"),), b"HTTPS is spoken here")
    if world.site.loses_large:
        return _answer(STALLS, "packets of full size are lost")
    if world.site.inspects:
        return _answer(UNKNOWN_AUTHORITY, "a box of the site opens TLS")
    return None


def _answer(what: str, why: str) -> Answer:
    headers = ((HEADER, what), ("Content-Type", "text/plain"))
    return Answer(STATUS, headers, why.encode())
