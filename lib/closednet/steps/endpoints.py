"""
Step 10: one interface endpoint for each service that the servers need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.simulation import Simulator
from closednet.aws.suitability import Suitability
from closednet.lookup.judge import is_inside
from closednet.model import needs, network_design
from closednet.model.change import Create
from closednet.model.report import Check, Report
from closednet.model.specs.network import (
    InterfaceEndpoint,
    ResolverEndpoint,
    SecurityGroup,
)
from closednet.steps.simulated import endpoint_check


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from closednet.aws.endpoint_states import EndpointState
    from closednet.model.change import AnyChange, Found, Spec
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
    resolver: ResolverEndpoints
    partition: str = "aws"

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        groups = SecurityGroups(site.network)
        suitability = Suitability(site.network, site.params)
        return cls(
            params=site.params,
            groups=groups,
            endpoints=InterfaceEndpoints(site.network, groups, suitability),
            reads=EndpointReads(site.network),
            simulator=Simulator(site.network),
            resolver=ResolverEndpoints(site.network, groups, suitability),
            partition=site.network.partition,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        return (self.groups, self.endpoints, self.resolver)

    def desired(self) -> tuple[Spec, ...]:
        return (
            *network_design.security_groups(self.params),
            *network_design.interface_endpoints(self.params, self.partition),
        )

    def beside(self) -> tuple[Spec, ...]:
        """
        The inbound endpoint: one of others needs no group of ours.
        """
        return (network_design.inbound_endpoint(self.params),)

    def superseded(self, _observed: Mapping[str, Found[Spec]]) -> tuple[AnyChange, ...]:
        """
        Nothing here takes the place of anything.
        """
        return ()

    def arranged(
        self, changes: tuple[AnyChange, ...], observed: Mapping[str, Found[Spec]]
    ) -> tuple[AnyChange, ...]:
        """
        Leave out the groups that nothing of ours would use.
        """
        specs = (*self.desired(), *self.beside())
        used = {
            spec.security_group
            for spec in specs
            if isinstance(spec, InterfaceEndpoint | ResolverEndpoint)
            and (spec.key not in observed or observed[spec.key].owned)
        }
        return tuple(
            change
            for change in changes
            if not isinstance(change, Create)
            or not isinstance(change.new, SecurityGroup)
            or change.new.name in used
        )

    def verify(self) -> Report:
        """
        Look at the network interfaces, which carry the traffic.
        """
        network, services = self.params.network, self.params.endpoints.services
        states = self.reads.states(network.vpc_id, services)
        names = self.groups.names(network.vpc_id)
        wanted = network_design.interface_endpoints(self.params, self.partition)
        found = self.endpoints.find(wanted)
        # What others made is judged by what it must do: it may do more.
        suited = frozenset(
            spec.service
            for spec in wanted
            if spec.key in found
            and not found[spec.key].owned
            and found[spec.key].spec == spec
        )
        checks = [
            check
            for service in services
            for check in self._checks(
                service, states.get(service), names, suits=service in suited
            )
        ]
        return Report(self.name, (*checks, *self._admissions(found)))

    def _admissions(
        self, endpoints: Mapping[str, Found[InterfaceEndpoint]]
    ) -> Iterator[Check]:
        """
        Check the policies as AWS has them, also of endpoints that others made.
        """
        for found in endpoints.values():
            seen = found.spec
            yield endpoint_check(
                self.simulator,
                seen.service,
                seen.policy,
                needs.of_endpoint(seen.service, self.params),
            )

    def _checks(
        self,
        service: str,
        state: EndpointState | None,
        names: dict[str, str],
        *,
        suits: bool,
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
            yield self._placement(service, state, suits=suits)
            yield self._protection(service, state, names, suits=suits)

    def _placement(self, service: str, state: EndpointState, *, suits: bool) -> Check:
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
            suits or (inside and sorted(used) == sorted(blocks)),
            "; ".join(f"{i.availability_zone} {i.ip}" for i in state.interfaces)
            or "no address",
            ("S4",),
            subject=service,
            remedy="plan this step again: subnets are added in place",
        )

    def _protection(
        self,
        service: str,
        state: EndpointState,
        names: dict[str, str],
        *,
        suits: bool,
    ) -> Check:
        groups = {group for i in state.interfaces for group in i.groups}
        seen = sorted(names.get(group, group) for group in groups)
        return Check(
            f"the {service} endpoint lets the site's servers in"
            if suits
            else f"the {service} endpoint lets only the site's servers in",
            suits or seen == [network_design.ENDPOINTS],
            f"security groups of its interfaces: {', '.join(seen) or 'none'}",
            ("S4",),
            subject=service,
            remedy="plan this step again: groups are exchanged in place",
        )
