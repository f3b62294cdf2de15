"""
The DNS of a rehearsal as a whole: inbound endpoint, site's server, world outside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from closednet_rehearsal.dns.real import RealForwarder
from closednet_rehearsal.dns.server import DnsServers
from closednet_rehearsal.dns.view import View


if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from closednet_rehearsal.dns.products import Product
    from closednet_rehearsal.dns.server import DnsAddresses
    from closednet_rehearsal.world import World


@dataclass(frozen=True, slots=True)
class SiteDns:
    """
    What answers for names, and where hosts and the inbound endpoint find it.
    """

    view: View
    servers: DnsServers
    addresses: DnsAddresses


def start_dns(
    stack: ExitStack, world: World, work_dir: Path, product: Product | None = None
) -> SiteDns:
    """
    Start the servers and return where the inbound endpoint and the site's are.

    With a `product` the site's server is a real one; what none of its zones cover
    it asks of a simulated server that answers as the world outside would.
    """
    view = View(world)
    folder = work_dir if product is None else _outside(work_dir)
    simulated = DnsServers(view, folder, world.site, view.arrives)
    outside = simulated.start()
    stack.callback(simulated.stop)
    if product is None:
        return SiteDns(view, simulated, outside)
    real = RealForwarder(
        product, work_dir, inbound=outside.inbound, other=outside.forwarder
    )
    address = real.start()
    stack.callback(real.stop)
    return SiteDns(view, simulated, replace(outside, forwarder=address))


def _outside(work_dir: Path) -> Path:
    return work_dir / "dns" / "outside"
