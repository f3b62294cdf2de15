"""
Step 10: one interface endpoint for each service that the servers need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.simulation import Simulator
from closednet.lookup.judge import is_inside
from closednet.model import needs, network_design
from closednet.model.report import Check, Report
from closednet.steps.simulated import endpoint_check


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from closednet.aws.endpoint_states import EndpointState
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params.site import SiteParams
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class EndpointsStep:
    """
    Makes the security groups and the interface endpoints.
    """

    name: ClassVar[str] = "endpoints"
    params: SiteParams
    groups: SecurityGroups
    endpoints: InterfaceEndpoints
    reads: EndpointReads
    simulator: Simulator
    partition: str = "aws"

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        groups = SecurityGroups(site.network)
        return cls(
            params=site.params,
            groups=groups,
            endpoints=InterfaceEndpoints(site.network, groups),
            reads=EndpointReads(site.network),
            simulator=Simulator(site.network),
            partition=site.network.partition,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        return (self.groups, self.endpoints)

    def desired(self) -> tuple[Spec, ...]:
        return (
            *network_design.security_groups(self.params),
            *network_design.interface_endpoints(self.params, self.partition),
        )

    def verify(self) -> Report:
        """
        Look at the network interfaces, which carry the traffic.
        """
        network, services = self.params.network, self.params.endpoints.services
        states = self.reads.states(network.vpc_id, services)
        names = self.groups.names(network.vpc_id)
        checks = [
            check
            for service in services
            for check in self._checks(service, states.get(service), names)
        ]
        return Report(self.name, (*checks, *self._admissions()))

    def _admissions(self) -> Iterator[Check]:
        """
        Check the policies as AWS has them, also of endpoints that others made.
        """
        wanted = network_design.interface_endpoints(self.params, self.partition)
        for found in self.endpoints.find(wanted).values():
            seen = found.spec
            yield endpoint_check(
                self.simulator,
                seen.service,
                seen.policy,
                needs.of_endpoint(seen.service, self.params),
            )

    def _checks(
        self, service: str, state: EndpointState | None, names: dict[str, str]
    ) -> Iterator[Check]:
        seen = "there is none" if state is None else f"{state.endpoint_id}: "
        seen += "" if state is None else (state.error or state.state)
        yield Check(
            f"the {service} endpoint is available",
            state is not None and state.state == "available",
            seen,
            ("S4",),
            subject=service,
            remedy="apply this step; a failed endpoint must be removed first",
        )
        if state is not None:
            yield self._placement(service, state)
            yield self._protection(service, state, names)

    def _placement(self, service: str, state: EndpointState) -> Check:
        """
        Check that there is one address in each subnet, inside its block.
        """
        blocks = {subnet.id: subnet.cidr for subnet in self.params.network.subnets}
        used = [interface.subnet for interface in state.interfaces]
        inside = all(
            interface.subnet in blocks
            and is_inside(interface.ip, blocks[interface.subnet])
            for interface in state.interfaces
        )
        return Check(
            f"the {service} endpoint has one private address in every subnet",
            inside and sorted(used) == sorted(blocks),
            "; ".join(f"{i.availability_zone} {i.ip}" for i in state.interfaces)
            or "no address",
            ("S4",),
            subject=service,
            remedy="plan this step again: subnets are added in place",
        )

    def _protection(
        self, service: str, state: EndpointState, names: dict[str, str]
    ) -> Check:
        groups = {group for i in state.interfaces for group in i.groups}
        seen = sorted(names.get(group, group) for group in groups)
        return Check(
            f"the {service} endpoint lets only the site's servers in",
            seen == [network_design.ENDPOINTS],
            f"security groups of its interfaces: {', '.join(seen) or 'none'}",
            ("S4",),
            subject=service,
            remedy="plan this step again: groups are exchanged in place",
        )
