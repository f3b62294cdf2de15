"""
The Route 53 operations that differ from moto's.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.route53 import urls
from moto.route53.responses import Route53

from closednet_rehearsal.dns_domains import (
    endpoints_of_vpc,
    zones_of_vpc,
)
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.paging import page
from closednet_rehearsal.records import plain_name, shown_name, shown_record
from closednet_rehearsal.settings import PAGE_SIZE, REGION
from closednet_rehearsal.zones import (
    RehearsalRoute53Backend,
    record_order,
    refuse_conflict,
    zone_anywhere,
)


class RehearsalRoute53Response(Route53):
    """
    Changes that take time, and associations across accounts.
    """

    @property
    def zone_backend(self) -> RehearsalRoute53Backend:
        """
        Return the backend of the calling account.
        """
        backend = self.backend
        if not isinstance(backend, RehearsalRoute53Backend):
            raise TypeError("the rehearsal's Route 53 is not installed")
        return backend

    def create_hosted_zone(self) -> ActionResult:
        if self._get_param("VPC"):
            # A zone with a VPC is private, whether the request says so or not.
            about = self.params.setdefault("HostedZoneConfig", {})
            about["PrivateZone"] = True
        answer: Any = dict(vars(super().create_hosted_zone())["_result"])
        zone = answer["HostedZone"]
        answer["ChangeInfo"] = self.zone_backend.submit(zone.name)
        return ActionResult(answer)

    def delete_hosted_zone(self) -> ActionResult:
        zone_id = self._get_param("Id")
        self.zone_backend.delete_hosted_zone(zone_id)
        return self._submitted(zone_id)

    def change_resource_record_sets(self) -> ActionResult:
        super().change_resource_record_sets()
        return self._submitted(self._get_param("HostedZoneId"))

    def _submitted(self, what: str) -> ActionResult:
        return ActionResult({"ChangeInfo": self.zone_backend.submit(what)})

    def get_change(self) -> ActionResult:
        change_id = self._get_param("Id").removeprefix("/change/")
        change = self.zone_backend.changes.get(change_id)
        if change is None:
            raise Refusal(
                "NoSuchChange",
                "A change with the specified change ID does not exist.",
            )
        return ActionResult({"ChangeInfo": change.info()})

    def list_resource_record_sets(self) -> ActionResult:
        records = self.zone_backend.list_records(self._get_param("HostedZoneId"))
        start = self._get_param("StartRecordName")
        if start:
            first = plain_name(start).rstrip(".").split(".")[::-1]
            kind = self._get_param("StartRecordType") or ""
            records = [each for each in records if record_order(each) >= (first, kind)]
        size = min(self._get_int_param("MaxItems", PAGE_SIZE), PAGE_SIZE)
        following = records[size] if len(records) > size else None
        shown: dict[str, Any] = {
            "ResourceRecordSets": [shown_record(each) for each in records[:size]],
            "IsTruncated": following is not None,
            "MaxItems": size,
        }
        if following is not None:
            shown["NextRecordName"] = shown_name(following.name)
            shown["NextRecordType"] = following.type
        return ActionResult(shown)

    def list_hosted_zones_by_name(self) -> ActionResult:
        start = self._get_param("DNSName")
        zones = sorted(self.zone_backend.zones.values(), key=_zone_order)
        if start:
            first = plain_name(start).rstrip(".").split(".")[::-1]
            # AWS starts at the name; it does not filter by it.
            zones = [zone for zone in zones if _zone_order(zone)[0] >= first]
        size = min(self._get_int_param("MaxItems", PAGE_SIZE), PAGE_SIZE)
        following = zones[size] if len(zones) > size else None
        shown: dict[str, Any] = {
            "DNSName": start,
            "HostedZones": zones[:size],
            "IsTruncated": following is not None,
            "MaxItems": size,
        }
        if following is not None:
            shown["NextDNSName"] = following.name
            shown["NextHostedZoneId"] = following.resource_id
        return ActionResult(shown)

    def list_hosted_zones_by_vpc(self) -> ActionResult:
        vpc_id = self._get_param("VPCId")
        summaries = [
            {
                "HostedZoneId": zone.resource_id,
                "Name": zone.name,
                "Owner": {"OwningAccount": account},
            }
            for account, zone in zones_of_vpc(vpc_id)
        ]
        for endpoint in endpoints_of_vpc(vpc_id):
            if endpoint.service.kind == "Interface" and endpoint.private_dns_enabled:
                entry = endpoint.dns_entries[-1]
                owner = {"OwningService": "vpce.amazonaws.com"}
                name = f"{endpoint.service.private_names[0]}."
                zone_id = entry["HostedZoneId"]
                summaries.append(
                    {"HostedZoneId": zone_id, "Name": name, "Owner": owner}
                )
        size = min(self._get_int_param("MaxItems", PAGE_SIZE), PAGE_SIZE)
        some, token = page(summaries, self._get_param("NextToken"), size)
        return ActionResult(
            {"HostedZoneSummaries": some, "MaxItems": size, "NextToken": token}
        )

    def create_vpc_association_authorization(self) -> ActionResult:
        zone_id, vpc = self._get_param("HostedZoneId"), self._vpc()
        self.zone_backend.get_hosted_zone(zone_id)
        granted = self.zone_backend.authorizations.setdefault(zone_id, [])
        if vpc not in granted:
            granted.append(vpc)
        return ActionResult({"HostedZoneId": zone_id, "VPC": vpc})

    def list_vpc_association_authorizations(self) -> ActionResult:
        zone_id = self._get_param("HostedZoneId")
        self.zone_backend.get_hosted_zone(zone_id)
        granted = self.zone_backend.authorizations.get(zone_id, [])
        some, token = page(granted, self._get_param("NextToken"))
        return ActionResult({"HostedZoneId": zone_id, "VPCs": some, "NextToken": token})

    def delete_vpc_association_authorization(self) -> ActionResult:
        zone_id, vpc = self._get_param("HostedZoneId"), self._vpc()
        granted = self.zone_backend.authorizations.get(zone_id, [])
        if vpc not in granted:
            raise Refusal(
                "VPCAssociationAuthorizationNotFound",
                f"The VPC {vpc['VPCId']} is not authorized to be associated with the "
                f"hosted zone {zone_id}.",
            )
        granted.remove(vpc)
        return ActionResult({})

    def associate_vpc_with_hosted_zone(self) -> ActionResult:
        owner, zone = zone_anywhere(self._get_param("HostedZoneId"))
        vpc = self._vpc()
        granted = vpc in owner.authorizations.get(zone.resource_id, [])
        own_vpc = vpc["VPCId"] in ec2_backends[self.current_account][REGION].vpcs
        same = owner.account_id == self.current_account
        if not own_vpc or not (same or granted):
            raise Refusal(
                "NotAuthorizedException",
                f"The VPC {vpc['VPCId']} is not authorized to be associated with the "
                f"hosted zone {zone.resource_id}.",
            )
        refuse_conflict(vpc["VPCId"], zone.name)
        owner.associate_vpc_with_hosted_zone(
            zone.resource_id, vpc["VPCId"], vpc["VPCRegion"]
        )
        return self._submitted(zone.resource_id)

    def disassociate_vpc_from_hosted_zone(self) -> ActionResult:
        owner, zone = zone_anywhere(self._get_param("HostedZoneId"))
        vpc_id = self._vpc()["VPCId"]
        if all(each["vpc_id"] != vpc_id for each in zone.vpcs):
            raise Refusal(
                "VPCAssociationNotFound",
                f"The VPC: {vpc_id} and hosted zone {zone.resource_id} are not "
                "associated.",
            )
        owner.disassociate_vpc_from_hosted_zone(zone.resource_id, vpc_id)
        return self._submitted(zone.resource_id)

    def _vpc(self) -> dict[str, str]:
        vpc = self._get_param("VPC")
        return {"VPCRegion": vpc["VPCRegion"], "VPCId": vpc["VPCId"]}


def _zone_order(zone: Any) -> tuple[list[str], str]:
    return zone.name.rstrip(".").split(".")[::-1], zone.resource_id


def url_paths() -> dict[str, Any]:
    """
    Return moto's Route 53 paths, answered here, and those that it lacks.
    """
    zone = r"{0}/(?P<api_version>[\d_-]+)/hostedzone/(?P<zone_id>[^/]+)"
    extra = (
        f"{zone}/authorizevpcassociation/?$",
        f"{zone}/deauthorizevpcassociation/?$",
    )
    paths = (*urls.url_paths, *extra)
    return dict.fromkeys(paths, RehearsalRoute53Response.dispatch)
