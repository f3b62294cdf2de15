"""
A zone of one account and a VPC of another: authorised, associated, and told apart.

The zone's owner gives leave, the VPC's owner makes use of it, and the leave is taken
back: whoever has it could associate the VPC again. Each call is made by the account
whose call it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws.tolerance import Tolerating
from closednet.aws.zone_changes import Changes
from closednet.aws.zones import HostedZones
from closednet.errors import AwsError, PreconditionError
from closednet.model.change import Found
from closednet.model.specs.network import ZoneAssociation, ZoneAuthorization
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.aws.account import Account

GONE: Final = ("VPCAssociationAuthorizationNotFound", "VPCAssociationNotFound")
AUTHORIZATION_READS: Final = (
    "route53:ListHostedZonesByVPC",
    "route53:ListVPCAssociationAuthorizations",
)
ASSOCIATION_READS: Final = ("route53:ListHostedZonesByVPC",)
ASSOCIATION_WRITES: Final = (
    "ec2:DescribeVpcs",
    "route53:GetChange",
    *ASSOCIATION_READS,
)


class ZoneAuthorizations(PlainKind):
    """
    Finds the leave that the zone's owner gave to a VPC.
    """

    spec_type = ZoneAuthorization

    def __init__(self, account: Account, zones: HostedZones, zone_vpc_id: str) -> None:
        self._account = account
        self._zones = zones
        self._zone_vpc_id = zone_vpc_id
        self.actions = Actions(
            account.role,
            find=AUTHORIZATION_READS,
            create=("route53:CreateVPCAssociationAuthorization", *AUTHORIZATION_READS),
            delete=("route53:DeleteVPCAssociationAuthorization", *AUTHORIZATION_READS),
        )

    def find(
        self, wanted: Iterable[ZoneAuthorization]
    ) -> Mapping[str, Found[ZoneAuthorization]]:
        found = {}
        for spec in wanted:
            zone_id = self._zone_id(spec)
            if zone_id and spec.vpc_id in self._given(zone_id):
                found[spec.key] = Found(spec, zone_id, owned=True)
        return found

    def create(self, spec: ZoneAuthorization) -> str:
        zone_id = self._zone_id(spec)
        if not zone_id:
            raise _missing(spec.key, spec.zone)
        with self._account.call("route53:CreateVPCAssociationAuthorization", spec.key):
            self._account.route53.create_vpc_association_authorization(
                HostedZoneId=zone_id, VPC=_vpc(spec)
            )
        return zone_id

    def update(self, old: ZoneAuthorization, new: ZoneAuthorization) -> str:
        return self.create(new)

    def delete(self, spec: ZoneAuthorization, resource_id: str) -> None:
        call = self._account.call("route53:DeleteVPCAssociationAuthorization", spec.key)
        with Tolerating(*GONE), call:
            self._account.route53.delete_vpc_association_authorization(
                HostedZoneId=resource_id, VPC=_vpc(spec)
            )

    def _zone_id(self, spec: ZoneAuthorization) -> str:
        zones = self._zones.of_accounts(self._zone_vpc_id)
        zone_id, owner = zones.get(spec.zone, ("", ""))
        return zone_id if owner == self._account.id else ""

    def _given(self, zone_id: str) -> set[str]:
        with self._account.call("route53:ListVPCAssociationAuthorizations", zone_id):
            pages = self._account.route53.get_paginator(
                "list_vpc_association_authorizations"
            )
            answer = pages.paginate(HostedZoneId=zone_id).build_full_result()
        return {str(vpc["VPCId"]) for vpc in answer["VPCs"]}


class ZoneAssociations(PlainKind):
    """
    Finds the zone among those of the site's VPC, and whose it is.
    """

    spec_type = ZoneAssociation
    actions = Actions(
        "network",
        find=ASSOCIATION_READS,
        create=("route53:AssociateVPCWithHostedZone", *ASSOCIATION_WRITES),
        delete=("route53:DisassociateVPCFromHostedZone", *ASSOCIATION_WRITES),
    )

    def __init__(self, account: Account, *, zone_id: Callable[[str], str]) -> None:
        self._account = account
        self._zones = HostedZones(account)
        self._zone_id = zone_id
        self._changes = Changes(account)

    def seen(self, vpc_id: str) -> dict[str, tuple[str, str]]:
        """
        Return the id and the owner of each zone that the VPC sees, by name.
        """
        return self._zones.associated(vpc_id)

    def find(
        self, wanted: Iterable[ZoneAssociation]
    ) -> Mapping[str, Found[ZoneAssociation]]:
        found = {}
        for spec in wanted:
            zones = self._zones.of_accounts(spec.vpc_id)
            zone_id, owner = zones.get(spec.zone, ("", ""))
            if zone_id:
                seen = ZoneAssociation(spec.zone, spec.vpc_id, spec.region, owner)
                # An association has no tags: with the right zone it is the site's.
                found[spec.key] = Found(seen, zone_id, owned=owner == spec.owner)
        return found

    def create(self, spec: ZoneAssociation) -> str:
        zone_id = self._zone_id(spec.zone)
        if not zone_id:
            raise _missing(spec.key, spec.zone)
        if self._zones.of_accounts(spec.vpc_id).get(spec.zone, ("",))[0] == zone_id:
            return zone_id
        with self._account.call("route53:AssociateVPCWithHostedZone", spec.key):
            answer = self._account.route53.associate_vpc_with_hosted_zone(
                HostedZoneId=zone_id, VPC=_vpc(spec)
            )
        self._changes.remember(answer["ChangeInfo"])
        return zone_id

    def update(self, old: ZoneAssociation, new: ZoneAssociation) -> str:
        raise AwsError(
            f"{old.key} cannot change in place", hint="roll this step back first"
        )

    def delete(self, spec: ZoneAssociation, resource_id: str) -> None:
        call = self._account.call("route53:DisassociateVPCFromHostedZone", spec.key)
        with Tolerating(*GONE), call:
            answer = self._account.route53.disassociate_vpc_from_hosted_zone(
                HostedZoneId=resource_id, VPC=_vpc(spec)
            )
            self._changes.remember(answer["ChangeInfo"])

    def settle(self, specs: Iterable[ZoneAssociation]) -> None:
        self._changes.wait()

    def settle_deleted(self, specs: Iterable[ZoneAssociation]) -> None:
        self._changes.wait()


def _vpc(spec: ZoneAuthorization | ZoneAssociation) -> Any:
    return {"VPCRegion": spec.region, "VPCId": spec.vpc_id}


def _missing(key: str, zone: str) -> PreconditionError:
    return PreconditionError(
        f"{key} needs hosted-zone/{zone}, which does not exist",
        missing=(f"hosted-zone/{zone}",),
        hint="apply the step that makes it first",
    )
