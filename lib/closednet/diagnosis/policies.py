"""
Causes that IAM's policy simulator finds in the endpoints' policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.simulation import Simulator
from closednet.model import needs, network_design
from closednet.model.causes import find


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.causes import Finding
    from closednet.site import Site

CAUSE: Final = "endpoint-policy-too-narrow"
SHOWN: Final = 4


def of_endpoints(site: Site) -> Iterator[Finding]:
    """
    Yield each endpoint whose policy refuses what servers must do through it.
    """
    account, params = site.network, site.params
    simulator = Simulator(account)
    endpoints = InterfaceEndpoints(account, SecurityGroups(account))
    wanted = network_design.interface_endpoints(params, account.partition)
    for found in endpoints.find(wanted).values():
        spec = found.spec
        asked = needs.of_endpoint(spec.service, params)
        missing = simulator.of_endpoint(spec.policy, asked) if spec.policy else ()
        if missing:
            shown = ", ".join(str(one) for one in missing[:SHOWN])
            yield find(CAUSE, f"{spec.service}: IAM denies {shown}", spec.service)
