"""
Step 20: the site's DNS servers learn the private addresses from AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.suitability import Suitability
from closednet.lookup.examination import Examination
from closednet.lookup.forwarding import ForwardingRules
from closednet.lookup.judge import (
    Expectation,
    nodata_checks,
    outcome,
    private_checks,
    vantages,
)
from closednet.lookup.probes import Probes
from closednet.model import handover, network_design
from closednet.model.report import Check, Report
from closednet.model.specs.network import regional_name


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from closednet.aws.endpoint_states import EndpointState
    from closednet.lookup.judge import Vantage
    from closednet.lookup.resolver import Lookup
    from closednet.model.change import Spec
    from closednet.model.firewall import FirewallRule
    from closednet.model.step import AnyKind
    from closednet.params.site import SiteParams
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class InboundEndpointStep:
    """
    Makes the Resolver inbound endpoint; people make the forwarding rules.
    """

    name: ClassVar[str] = "inbound-endpoint"
    params: SiteParams
    resolver: ResolverEndpoints
    rules: ForwardingRules
    endpoints: EndpointReads
    lookup: Lookup

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        params, reads = site.params, EndpointReads(site.network)
        vpc_id, services = params.network.vpc_id, params.endpoints.services
        *_, own_names = network_design.forwarded_zones(params)
        probes = Probes(
            names=lambda: reads.names(vpc_id, services),
            substitutes={network_design.zone_name(params): own_names},
        )
        return cls(
            params=params,
            resolver=ResolverEndpoints(
                site.network,
                SecurityGroups(site.network),
                Suitability(site.network, params),
            ),
            rules=ForwardingRules(
                site.lookup,
                probes=probes.of,
                file_name=f"{handover.FOLDER}/{handover.forwarder_file(params)}",
            ),
            endpoints=reads,
            lookup=site.lookup,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        return (self.resolver, self.rules)

    def desired(self) -> tuple[Spec, ...]:
        return (
            network_design.inbound_endpoint(self.params),
            *network_design.forwarding_rules(self.params),
        )

    def handover(self) -> dict[str, str]:
        """
        Return the files for the DNS administrator and the firewall team.
        """
        return handover.files(self.params, self.firewall())

    def firewall(self) -> tuple[FirewallRule, ...]:
        """
        Return the firewall matrix, of addresses as soon as there are any.
        """
        found = self._states().values()
        addresses = {ip for state in found for ip in state.addresses}
        return handover.firewall(self.params, sorted(addresses))

    def verify(self) -> Report:
        """
        Ask every DNS server for every name, over udp and tcp.
        """
        states = self._states()
        inbound = network_design.inbound_ips(self.params)
        places = vantages(inbound, self.params.network.dns_servers)
        proves = ("S1", "S5", "S6")
        expected = self._expected(states)
        names = [wanted.name for wanted in expected]
        return Report(
            self.name,
            (
                *self._endpoint_checks(),
                *private_checks(
                    self.lookup, places, expected, proves, self._examination()
                ),
                *nodata_checks(self.lookup, places, names, proves),
                *self._s3_checks(places, states.get("s3")),
            ),
        )

    def _examination(self) -> Examination:
        return Examination(
            self.lookup,
            inbound=network_design.inbound_ips(self.params),
            zones=network_design.forwarded_zones(self.params),
            product=self.params.name_resolution.dns_product,
        )

    def _states(self) -> dict[str, EndpointState]:
        params = self.params
        return self.endpoints.states(params.network.vpc_id, params.endpoints.services)

    def _expected(self, states: dict[str, EndpointState]) -> list[Expectation]:
        """
        Return every service's Regional name, and the S3 endpoint's own name.
        """
        expected = [
            Expectation(
                regional_name(service, self.params.region),
                states[service].addresses if service in states else frozenset(),
                f"the {service} endpoint",
            )
            for service in self.params.endpoints.services
            if service != "s3"
        ]
        s3 = states.get("s3")
        if s3 is not None:
            expected.append(Expectation(s3.name, s3.addresses, "the S3 endpoint"))
        return expected

    def _endpoint_checks(self) -> Iterator[Check]:
        spec = network_design.inbound_endpoint(self.params)
        state = self.resolver.state(spec)
        yield Check(
            "the inbound endpoint is operational",
            state is not None and state.status == "OPERATIONAL",
            f"{state.endpoint_id}: {state.status}" if state else "there is none",
            ("S5",),
            subject=spec.key,
            remedy="apply this step, and look at the endpoint in Route 53 Resolver",
        )
        seen = dict(sorted(state.addresses.items())) if state else {}
        wanted = {address.ip: "ATTACHED" for address in spec.addresses}
        yield Check(
            "the inbound endpoint has the addresses that the parameters fix",
            wanted.items() <= seen.items(),
            "; ".join(f"{ip} {status}" for ip, status in seen.items()) or "none",
            ("S5",),
            subject=spec.key,
            remedy="plan this step again: addresses are exchanged in place",
        )

    def _s3_checks(
        self, places: tuple[Vantage, ...], s3: EndpointState | None
    ) -> Iterator[Check]:
        """
        Tell whose S3's Regional name is; it becomes ours with the hosted zone.
        """
        if s3 is None:
            return
        name = regional_name("s3", self.params.region)
        right = ", ".join(sorted(s3.addresses))
        for place in places:
            seen = outcome(self.lookup, place.server, name)
            whose = (
                "the S3 endpoint's" if seen == right else "public, as without a zone"
            )
            answered = seen not in {"no answer", "REFUSED", "SERVFAIL"}
            yield Check(
                f"{place.called} answers {name} at all",
                answered,
                f"the addresses are {whose}" if answered else seen,
                ("S6",),
                subject=name,
                remedy=place.remedy,
            )
