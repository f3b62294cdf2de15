"""
Files for the people outside: DNS administrator, firewall team, owners of what is used.
"""

from __future__ import annotations

import csv
import io
import json

from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Final

from closednet.model import forwarders, network_design
from closednet.model.firewall import FirewallRule, matrix
from closednet.model.owner_policies import owner_policies


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.params.site import SiteParams

COLUMNS: Final = tuple(field.name for field in fields(FirewallRule))
FOLDER: Final = "handover"


def forwarder_file(params: SiteParams) -> str:
    """
    Return the name of the file that the site's DNS administrator uses.
    """
    return f"forwarder-{params.name_resolution.dns_product}.conf"


def firewall(
    params: SiteParams, addresses: Iterable[str] = ()
) -> tuple[FirewallRule, ...]:
    """
    Return the firewall matrix; without `addresses`, of the endpoints' subnets.
    """
    network = params.network
    return matrix(
        host_cidrs=network.on_premises_cidrs,
        dns_servers=network.dns_servers,
        endpoint_targets=tuple(addresses) or [s.cidr for s in network.subnets],
        inbound_ips=network_design.inbound_ips(params),
    )


def files(params: SiteParams, rules: Iterable[FirewallRule]) -> dict[str, str]:
    """
    Return every handover file by name.
    """
    rows = tuple(rules)
    zones = network_design.forwarded_zones(params)
    targets = network_design.inbound_ips(params)
    configurations = {
        f"forwarder-{product}.conf": render(zones, targets)
        for product, render in forwarders.RENDERERS.items()
    }
    owners = {
        f"{what}-policy.json": json.dumps(policy, indent=2) + "\n"
        for what, policy in owner_policies(params).items()
    }
    return (
        configurations
        | owners
        | {
            "forwarder-removal.txt": _removal(zones),
            "firewall-matrix.csv": _csv(rows),
            "firewall-matrix.md": _markdown(rows),
        }
    )


def _removal(zones: tuple[str, ...]) -> str:
    parts = [
        "\n".join([f"{product}:", *(f"  {line}" for line in steps)])
        for product in forwarders.RENDERERS
        if (steps := forwarders.removal(product, zones))
    ]
    return "\n\n".join(["How to take the forwarding rules out again.", *parts]) + "\n"


def _csv(rules: tuple[FirewallRule, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(rule) for rule in rules)
    return text.getvalue()


def _markdown(rules: tuple[FirewallRule, ...]) -> str:
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(astuple(rule) for rule in rules)]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows) + "\n"
