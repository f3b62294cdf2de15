"""
Alias records of a private hosted zone that point to an interface endpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.tolerance import Tolerating
from closednet.aws.zone_changes import Changes
from closednet.errors import PreconditionError
from closednet.model.change import Found
from closednet.model.specs.network import ZoneRecord, endpoint_key
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account
    from closednet.aws.endpoint_states import AliasTarget
    from closednet.aws.zones import HostedZones

TARGET_READS: Final = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints")
READS: Final = ("route53:ListHostedZonesByVPC", "route53:ListResourceRecordSets")
WRITES: Final = (
    "route53:ChangeResourceRecordSets",
    "route53:GetChange",
    *READS,
)
ABSENT: Final = "InvalidChangeBatch"
TARGET: Final = "interface-endpoint/"


class ZoneRecords(PlainKind):
    """
    Finds records by zone, name and type; ours point to our endpoint.

    A record has no tags. What points elsewhere in a zone of the site's account
    counts as foreign, so it is never changed silently.
    """

    spec_type = ZoneRecord

    def __init__(
        self,
        account: Account,
        zones: HostedZones,
        zone_vpc_id: str,
        *,
        network: Account | None = None,
        vpc_id: str = "",
    ) -> None:
        self._account = account
        self._zones = zones
        self._zone_vpc_id = zone_vpc_id
        self._vpc_id = vpc_id or zone_vpc_id
        self._reads = EndpointReads(network or account)
        self._changes = Changes(account)
        # Where the zone belongs to a third account, others read what it points to.
        own = TARGET_READS if account.role == "network" else ()
        reads, writes = (*own, *READS), (*own, *WRITES)
        self.actions = Actions(
            account.role, find=reads, create=writes, update=writes, delete=writes
        )

    def find(self, wanted: Iterable[ZoneRecord]) -> Mapping[str, Found[ZoneRecord]]:
        specs = tuple(wanted)
        targets = self._targets(specs)
        found = {}
        for zone in sorted({spec.zone for spec in specs}):
            records = self._records(zone)
            for spec in specs:
                raw = records.get((spec.name, spec.type))
                if spec.zone == zone and raw is not None:
                    seen = _logical(raw, targets)
                    found[spec.key] = Found(
                        ZoneRecord(zone, spec.name, seen, spec.type),
                        f"{spec.name} {spec.type}",
                        owned=seen in targets,
                    )
        return found

    def listed(self, zone: str) -> tuple[tuple[str, str], ...]:
        """
        Return name and type of every record of a zone, whoever made it.
        """
        return tuple(sorted(self._records(zone)))

    def create(self, spec: ZoneRecord) -> str:
        return self._upsert(spec)

    def update(self, old: ZoneRecord, new: ZoneRecord) -> str:
        return self._upsert(new)

    def delete(self, spec: ZoneRecord, resource_id: str) -> None:
        """
        Remove the record as it stands: Route 53 wants to be told all of it.
        """
        raw = self._records(spec.zone).get((spec.name, spec.type))
        if raw is None:
            return
        with Tolerating(ABSENT):
            self._change("DELETE", spec, raw)

    def settle(self, specs: Iterable[ZoneRecord]) -> None:
        self._changes.wait()

    def settle_deleted(self, specs: Iterable[ZoneRecord]) -> None:
        self._changes.wait()

    def _upsert(self, spec: ZoneRecord) -> str:
        target = self._targets((spec,)).get(spec.target)
        if target is None:
            raise _missing(spec, spec.target)
        record = {
            "Name": spec.name,
            "Type": spec.type,
            "AliasTarget": {
                "HostedZoneId": target.zone_id,
                "DNSName": target.name,
                "EvaluateTargetHealth": False,
            },
        }
        self._change("UPSERT", spec, record)
        return f"{spec.name} {spec.type}"

    def _change(self, action: Any, spec: ZoneRecord, record: Any) -> None:
        zone_id = self._zone_id(spec.zone)
        if not zone_id:
            raise _missing(spec, f"hosted-zone/{spec.zone}")
        with self._account.call("route53:ChangeResourceRecordSets", spec.key):
            answer = self._account.route53.change_resource_record_sets(
                HostedZoneId=zone_id,
                ChangeBatch={
                    "Changes": [{"Action": action, "ResourceRecordSet": record}]
                },
            )
        self._changes.remember(answer["ChangeInfo"])

    def _zone_id(self, name: str) -> str:
        return self._zones.of_accounts(self._zone_vpc_id).get(name, ("", ""))[0]

    def _records(self, zone: str) -> dict[tuple[str, str], Any]:
        zone_id = self._zone_id(zone)
        if not zone_id:
            return {}
        with self._account.call("route53:ListResourceRecordSets", zone):
            pages = self._account.route53.get_paginator("list_resource_record_sets")
            answer = pages.paginate(HostedZoneId=zone_id).build_full_result()
        return {
            (plain(raw["Name"]), str(raw["Type"])): raw
            for raw in answer["ResourceRecordSets"]
        }

    def _targets(self, specs: Iterable[ZoneRecord]) -> dict[str, AliasTarget]:
        """
        Return what the logical targets are called in AWS; others are missing.
        """
        services = {spec.target.removeprefix(TARGET) for spec in specs}
        states = self._reads.states(self._vpc_id, sorted(services))
        return {
            endpoint_key(service): state.alias
            for service, state in states.items()
            if state.alias is not None
        }


def plain(name: str) -> str:
    """
    Return a record's name without Route 53's escapes and the last dot.
    """
    return name.replace("\\052", "*").rstrip(".").lower()


def _missing(spec: ZoneRecord, what: str) -> PreconditionError:
    return PreconditionError(
        f"{spec.key} needs {what}, which does not exist",
        missing=(what,),
        hint="apply the step that makes it first",
    )


def _logical(raw: Mapping[str, Any], targets: Mapping[str, AliasTarget]) -> str:
    """
    Return the logical name of a record's target, or what it is if unknown.
    """
    alias = raw.get("AliasTarget")
    if alias is None:
        return ", ".join(item["Value"] for item in raw.get("ResourceRecords", ()))
    seen = plain(alias["DNSName"])
    for key, target in targets.items():
        if plain(target.name) == seen:
            return key
    return seen
