"""
The DNS of a rehearsal as a whole: inbound endpoint, site's server, world outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.dns.real import RealForwarder
from closednet_rehearsal.dns.server import DnsAddresses, DnsServers
from closednet_rehearsal.dns.view import View


if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from closednet_rehearsal.dns.products import Product
    from closednet_rehearsal.world import World


def start_dns(
    stack: ExitStack, world: World, work_dir: Path, product: Product | None = None
) -> DnsAddresses:
    """
    Start the servers and return where the inbound endpoint and the site's are.

    With a `product` the site's server is a real one; what none of its zones cover
    it asks of a simulated server that answers as the world outside would.
    """
    view = View(world)
    if product is None:
        return _started(stack, DnsServers(view, work_dir))
    outside = _started(stack, DnsServers(view, work_dir / "dns" / "outside"))
    real = RealForwarder(
        product, work_dir, inbound=outside.inbound, other=outside.forwarder
    )
    address = real.start()
    stack.callback(real.stop)
    return DnsAddresses(outside.inbound, address)


def _started(stack: ExitStack, servers: DnsServers) -> DnsAddresses:
    addresses = servers.start()
    stack.callback(servers.stop)
    return addresses
