"""
All troubles, gathered from the areas in which they happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.trouble import (
    agents,
    aws,
    dns,
    endpoints,
    hosts,
    iam,
    network,
    servers,
)


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet_rehearsal.trouble.trouble import Trouble

AREAS: Final = (dns, network, endpoints, servers, aws, iam, hosts, agents)
CATALOGUE: Final[Mapping[str, Trouble]] = {
    trouble.name: trouble for area in AREAS for trouble in area.TROUBLES
}
