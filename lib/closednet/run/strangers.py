"""
What stands in the site's own places, though its archive does not know it.

The places are those where nobody else has anything to do: nodes with the site's tag,
the role of its nodes, its zone, its user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.aws.lifetimes import key_ages
from closednet.aws.nodes import ManagedNodes
from closednet.aws.roles import Roles
from closednet.evidence.drift import Stranger
from closednet.model import network_design
from closednet.steps.hosted_zone import HostedZoneStep


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from closednet.evidence.baseline import Standing
    from closednet.site import Site

# Every zone has them from its first day.
OF_A_ZONE: Final = frozenset({"NS", "SOA"})


def of(site: Site, known: Mapping[str, Standing]) -> tuple[Stranger, ...]:
    """
    Return everything of that sort; reads only.
    """
    found = [
        *_nodes(site),
        *_policies(site),
        *_records(site),
        *_keys(site, known),
    ]
    return tuple(one for one in found if one.key not in known)


def _nodes(site: Site) -> Iterator[Stranger]:
    for node in ManagedNodes(site.management).of_site(site.params.site):
        if not any(node.is_host(host) for host in site.params.hosts):
            said = f"{node.computer_name} {node.ip_address}, {node.ping_status}"
            yield Stranger(f"managed-node/{node.node_id}", said)


def _policies(site: Site) -> Iterator[Stranger]:
    role = site.params.activation.role_name
    attached, inline = Roles(site.management).permissions(role)
    for name in attached:
        yield Stranger(f"attached-policy/{role}/{name}", "a managed policy")
    for name in inline:
        yield Stranger(f"role-policy/{role}/{name}", "an inline policy")


def _records(site: Site) -> Iterator[Stranger]:
    step = HostedZoneStep.of(site)
    if not step.desired():
        return
    records, zone = step.records, network_design.zone_name(site.params)
    for name, rdtype in records.listed(zone):
        if rdtype not in OF_A_ZONE:
            yield Stranger(f"zone-record/{name}/{rdtype}", "a record")


def _keys(site: Site, known: Mapping[str, Standing]) -> Iterator[Stranger]:
    if site.params.cloudwatch.credentials != "iam-user":
        return
    user = site.params.cloudwatch.user_name
    held = {one.resource_id for one in known.values()}
    for key in key_ages(site.management, user):
        if key.key_id not in held:
            yield Stranger(
                f"access-key/{user}/{key.key_id}", f"made {key.made:%Y-%m-%d}"
            )
