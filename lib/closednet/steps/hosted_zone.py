"""
Step 30: S3's Regional names answer with the S3 endpoint's addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from closednet import engine
from closednet.aws.endpoint_names import AnsweringEndpoints
from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.gateway_endpoints import GatewayEndpoints
from closednet.aws.zone_associations import ZoneAssociations, ZoneAuthorizations
from closednet.aws.zone_records import ZoneRecords
from closednet.aws.zones import HostedZones
from closednet.lookup.examination import Examination
from closednet.lookup.judge import Expectation, nodata_checks, private_checks, vantages
from closednet.lookup.override import NameOverrides
from closednet.model import handover, name_override, network_design, s3_names
from closednet.model.report import Report
from closednet.steps import hosted_zone_checks
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from closednet.lookup.resolver import Lookup
    from closednet.model.change import AnyChange, Found, Spec
    from closednet.model.report import Check
    from closednet.model.step import AnyKind
    from closednet.params.site import SiteParams
    from closednet.site import Site

ANY_LABEL: Final = "closednet-wildcard-probe"
MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class HostedZoneStep:
    """
    Lets a private hosted zone or the endpoint itself answer S3's names.
    """

    name: ClassVar[str] = "hosted-zone"
    params: SiteParams
    gateways: GatewayEndpoints
    zones: HostedZones
    records: ZoneRecords
    authorizations: ZoneAuthorizations
    associations: ZoneAssociations
    answering: AnsweringEndpoints
    overrides: NameOverrides
    endpoints: EndpointReads
    lookup: Lookup

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        params, zones = site.params, HostedZones(site.dns)
        zone_vpc_id = network_design.zone_vpc_id(params)
        product = params.name_resolution.dns_product
        minutes = params.rollout.manual_wait_minutes
        return cls(
            params=params,
            gateways=GatewayEndpoints(site.network),
            zones=zones,
            records=ZoneRecords(
                site.dns,
                zones,
                zone_vpc_id,
                network=site.network,
                vpc_id=params.network.vpc_id,
            ),
            authorizations=ZoneAuthorizations(site.dns, zones, zone_vpc_id),
            associations=ZoneAssociations(
                site.network,
                zone_id=lambda name: zones.of_accounts(zone_vpc_id).get(name, ("", ""))[
                    0
                ],
            ),
            answering=AnsweringEndpoints(site.network),
            overrides=NameOverrides(
                site.lookup,
                waiting=Waiting(site.waiting.poll_s, minutes * MINUTE),
                inbound=network_design.inbound_ips(params),
                files=(
                    f"{handover.FOLDER}/{name_override.file_name(product)}",
                    f"{handover.FOLDER}/{handover.forwarder_file(params)}",
                ),
            ),
            endpoints=EndpointReads(site.network),
            lookup=site.lookup,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        third = (self.authorizations, self.associations)
        return (
            self.gateways,
            self.zones,
            self.records,
            *(third if self.params.accounts.dns else ()),
            self.answering,
            self.overrides,
        )

    def desired(self) -> tuple[Spec, ...]:
        return s3_names.desired(self.params)

    def beside(self) -> tuple[Spec, ...]:
        """
        What other choices of `name_resolution.s3` would have made.
        """
        return s3_names.beside(self.params)

    def superseded(self, observed: Mapping[str, Found[Spec]]) -> tuple[AnyChange, ...]:
        """
        Return the removal of what an earlier choice made.
        """
        return s3_names.superseded(self.params, observed)

    def arranged(
        self, changes: tuple[AnyChange, ...], observed: Mapping[str, Found[Spec]]
    ) -> tuple[AnyChange, ...]:
        """
        Return the changes so that the site always gets an answer.
        """
        return s3_names.arranged(self.params, changes, observed)

    def handover(self) -> dict[str, str]:
        """
        Return the files for a move of the names, once somebody answers them.
        """
        addresses = self._addresses() if self._is_answered() else ()
        if not addresses:
            return {}
        params, zone = self.params, network_design.zone_name(self.params)
        every = network_design.forwarded_zones(params)
        told = name_override.Overridden(
            zone,
            tuple(sorted(addresses)),
            tuple(name for name in every if name != zone),
            network_design.inbound_ips(params),
        )
        product = params.name_resolution.dns_product
        files = name_override.files(told)
        wanted = [name_override.file_name(product), name_override.ZONE_FILE]
        return {name: files[name] for name in wanted[: 2 if product == "bind" else 1]}

    def verify(self) -> Report:
        """
        Ask every DNS server: what the zone holds does not count.
        """
        if not self.desired():
            return Report(self.name, (hosted_zone_checks.not_needed(self.params),))
        network, zone = self.params.network, network_design.zone_name(self.params)
        labels = (f"amazon-ssm-{self.params.region}", ANY_LABEL)
        names = (zone, *(f"{label}.{zone}" for label in labels))
        ours = self._addresses()
        expected = [Expectation(name, ours, "the S3 endpoint") for name in names]
        inbound = network_design.inbound_ips(self.params)
        places = vantages(inbound, network.dns_servers)
        return Report(
            self.name,
            (
                *self._arrangement(),
                *private_checks(
                    self.lookup, places, expected, ("S7",), self._examination()
                ),
                *nodata_checks(self.lookup, places, [zone], ("S7",)),
            ),
        )

    def _is_answered(self) -> bool:
        seen = [found.spec for found in engine.inspect(self).values()]
        return any(map(s3_names.is_answering, seen))

    def _addresses(self) -> frozenset[str]:
        states = self.endpoints.states(self.params.network.vpc_id, ("s3",))
        return states["s3"].addresses if "s3" in states else frozenset()

    def _examination(self) -> Examination:
        return Examination(
            self.lookup,
            inbound=network_design.inbound_ips(self.params),
            zones=network_design.forwarded_zones(self.params),
            product=self.params.name_resolution.dns_product,
        )

    def _arrangement(self) -> tuple[Check, ...]:
        """
        Check that what answers is what the parameters chose.
        """
        params = self.params
        if params.name_resolution.s3 == s3_names.ZONE:
            seen = self.associations.seen(params.network.vpc_id)
            return (hosted_zone_checks.association(params, seen),)
        observed = engine.inspect(self)
        return tuple(hosted_zone_checks.own_names(params, self.desired(), observed))
