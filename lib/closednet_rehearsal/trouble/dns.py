"""
Troubles with names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.dns.admin import write_zones, zones
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Scene, Undo


def _forget_own_names(scene: Scene) -> Undo | None:
    installed = zones(scene.work_dir)
    left = tuple(zone for zone in installed if ".vpce." not in zone)
    if left == installed:
        return None
    write_zones(scene.work_dir, left)
    return lambda: write_zones(scene.work_dir, installed)


TROUBLES: Final[tuple[Trouble, ...]] = (
    Trouble(
        "dns-own-names-not-forwarded",
        "The DNS administrator forwards the services' zone and forgets the second"
        " one, of the endpoints' own names.",
        "inbound-endpoint",
        "zone-not-forwarded",
        _forget_own_names,
    ),
)
