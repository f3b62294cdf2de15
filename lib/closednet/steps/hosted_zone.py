"""
Step 30: S3's Regional names answer with the S3 endpoint's addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.zone_records import ZoneRecords
from closednet.aws.zones import HostedZones
from closednet.lookup.examination import Examination
from closednet.lookup.judge import Expectation, nodata_checks, private_checks, vantages
from closednet.model import network_design
from closednet.model.report import Check, Report


if TYPE_CHECKING:
    from typing import Self

    from closednet.lookup.resolver import Lookup
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params.site import SiteParams
    from closednet.site import Site

ANY_LABEL: Final = "closednet-wildcard-probe"


@dataclass(frozen=True, slots=True)
class HostedZoneStep:
    """
    Makes the private hosted zone and its apex and wildcard records.
    """

    name: ClassVar[str] = "hosted-zone"
    params: SiteParams
    zones: HostedZones
    records: ZoneRecords
    endpoints: EndpointReads
    lookup: Lookup

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        zones = HostedZones(site.network)
        return cls(
            params=site.params,
            zones=zones,
            records=ZoneRecords(site.network, zones, site.params.network.vpc_id),
            endpoints=EndpointReads(site.network),
            lookup=site.lookup,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        return (self.zones, self.records)

    def desired(self) -> tuple[Spec, ...]:
        return (
            *network_design.hosted_zones(self.params),
            *network_design.zone_records(self.params),
        )

    def verify(self) -> Report:
        """
        Ask every DNS server: what the zone holds does not count.
        """
        if not self.desired():
            return Report(self.name, (self._not_needed(),))
        network, zone = self.params.network, network_design.zone_name(self.params)
        states = self.endpoints.states(network.vpc_id, ("s3",))
        ours = states["s3"].addresses if "s3" in states else frozenset()
        labels = (f"amazon-ssm-{self.params.region}", ANY_LABEL)
        names = (zone, *(f"{label}.{zone}" for label in labels))
        expected = [Expectation(name, ours, "the S3 endpoint") for name in names]
        inbound = network_design.inbound_ips(self.params)
        places = vantages(inbound, network.dns_servers)
        return Report(
            self.name,
            (
                self._association(zone),
                *private_checks(
                    self.lookup, places, expected, ("S7",), self._examination()
                ),
                *nodata_checks(self.lookup, places, [zone], ("S7",)),
            ),
        )

    def _examination(self) -> Examination:
        return Examination(
            self.lookup,
            inbound=network_design.inbound_ips(self.params),
            zones=network_design.forwarded_zones(self.params),
            product=self.params.name_resolution.dns_product,
        )

    def _association(self, zone: str) -> Check:
        vpc_id = self.params.network.vpc_id
        found = self.zones.associated(vpc_id).get(zone)
        return Check(
            f"the zone {zone} is associated with the VPC of the endpoints",
            found is not None,
            "not associated" if found is None else f"{found[0]} with {vpc_id}",
            ("S7",),
            subject=zone,
            remedy="plan this step again: it associates the zone",
        )

    def _not_needed(self) -> Check:
        services = ", ".join(self.params.endpoints.services)
        return Check(
            "no zone is needed, because the site does not reach S3",
            passed=True,
            evidence=f"services: {services}",
            proves=("S7",),
        )
