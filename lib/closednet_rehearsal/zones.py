"""
Hosted zones with AWS's conflicts, references that are used once, and changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow
from moto.route53 import urls
from moto.route53.models import FakeZone, Route53Backend, route53_backends

from closednet_rehearsal.dns_domains import private_name_owner, vpc_exists, zone_named
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.quotas import within
from closednet_rehearsal.records import apply_changes, plain_name
from closednet_rehearsal.settings import ACCOUNTS
from closednet_rehearsal.stage import world


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change on its way to Route 53's name servers.
    """

    change_id: str
    due: float
    submitted: Any = field(default_factory=utcnow)

    def info(self) -> dict[str, Any]:
        """
        Return the change as the API shows it, PENDING until it is due.
        """
        done = world().clock.now() >= self.due
        return {
            "Id": f"/change/{self.change_id}",
            "Status": "INSYNC" if done else "PENDING",
            "SubmittedAt": self.submitted,
        }


class RehearsalRoute53Backend(Route53Backend):
    """
    moto's Route 53 with private zones that behave.
    """

    _url_module = property(lambda _: urls)

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.changes: dict[str, Change] = {}
        self.references: set[str] = set()
        self.authorizations: dict[str, list[dict[str, str]]] = {}

    def submit(self, what: str) -> dict[str, Any]:
        """
        Record a change and return how the API shows it.
        """
        digest = world().ids.digest("change", self.account_id, what)
        change_id = f"C{digest[:20].upper()}"
        due = world().clock.now() + world().delays.zone_change_pending
        self.changes[change_id] = Change(change_id, due)
        return self.changes[change_id].info()

    def create_hosted_zone(self, name: str, *args: Any, **kwargs: Any) -> FakeZone:
        reference, vpc_id = kwargs["caller_reference"], kwargs.get("vpcid")
        if reference in self.references:
            raise Refusal(
                "HostedZoneAlreadyExists",
                f"A hosted zone has already been created with the reference {reference}",
            )
        if kwargs["private_zone"] and not vpc_id:
            raise Refusal(
                "InvalidInput", "A private hosted zone needs a VPC when it is created"
            )
        if vpc_id:
            refuse_conflict(vpc_id, name)
        within(
            "hosted_zones",
            len(self.zones) + 1,
            "TooManyHostedZones",
            "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted "
            "zones.",
        )
        zone = super().create_hosted_zone(name, *args, **kwargs)
        for record in zone.rrsets:
            # moto keeps the SOA's value in another shape than every other one.
            values = record.records or []
            record.records = [
                dict(each)["Value"] if isinstance(each, dict) else each
                for each in values
            ]
        del self.zones[zone.resource_id]
        digest = world().ids.digest("zone", self.account_id, name)
        zone.resource_id = f"Z{digest[:20].upper()}"
        self.zones[zone.resource_id] = zone
        self.references.add(reference)
        return zone

    def delete_hosted_zone(self, id_: str) -> FakeZone | None:
        bare = id_.removeprefix("/hostedzone/")
        held = self.zones[bare].rrsets if bare in self.zones else ()
        if any(record.type not in {"NS", "SOA"} for record in held):
            raise Refusal(
                "HostedZoneNotEmpty",
                "The specified hosted zone contains non-required resource record sets "
                "and so cannot be deleted.",
            )
        zone = super().delete_hosted_zone(id_)
        self.resource_tags.pop(bare, None)
        self.authorizations.pop(bare, None)
        return zone

    def change_resource_record_sets(
        self, zoneid: str, change_list: list[dict[str, Any]]
    ) -> None:
        zone = self.get_hosted_zone(zoneid)
        weight = sum(2 if each["Action"] == "UPSERT" else 1 for each in change_list)
        most = world().quotas.changes_per_batch
        within(
            "changes_per_batch",
            weight,
            "InvalidChangeBatch",
            f"Number of records limit of {most} exceeded.",
        )
        apply_changes(zone, self.zones, change_list)

    def list_records(self, zone_id: str) -> list[Any]:
        """
        Return the record sets of a zone in Route 53's order.
        """
        zone = self.get_hosted_zone(zone_id)
        return sorted(zone.rrsets, key=record_order)


def record_order(record: Any) -> tuple[list[str], str]:
    """
    Return Route 53's sort key: labels from the right, then the type.
    """
    return plain_name(record.name).rstrip(".").split(".")[::-1], record.type


def refuse_conflict(vpc_id: str, name: str) -> None:
    """
    Refuse a zone for a VPC that does not exist or answers the name already.
    """
    if not vpc_exists(vpc_id):
        raise Refusal("InvalidVPCId", f"The VPC: {vpc_id} does not exist.")
    bare = name.rstrip(".")
    taken = zone_named(vpc_id, (bare,)) or private_name_owner(vpc_id, bare)
    if taken is not None:
        raise Refusal(
            "ConflictingDomainExists",
            f"The VPC {vpc_id} in region ap-northeast-1 has already been associated "
            f"with the hosted zone {getattr(taken, 'resource_id', taken.id)} with the "
            "same domain name.",
        )


def zone_anywhere(zone_id: str) -> tuple[RehearsalRoute53Backend, FakeZone]:
    """
    Return a zone of any account and the backend that owns it.
    """
    bare = zone_id.removeprefix("/hostedzone/")
    for account in ACCOUNTS:
        backend = route53_backends[account]["aws"]
        if bare in backend.zones and isinstance(backend, RehearsalRoute53Backend):
            return backend, backend.zones[bare]
    raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {bare}")
