"""
Private hosted zones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.tolerance import Tolerating
from closednet.aws.zone_changes import Changes
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.network import HostedZone
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account

SPENT: Final = "HostedZoneAlreadyExists"
GONE: Final = "NoSuchHostedZone"
READS: Final = (
    "ec2:DescribeVpcs",
    "route53:GetHostedZone",
    "route53:ListHostedZonesByVPC",
    "route53:ListTagsForResource",
)


ACTIONS: Final = Actions(
    "network",
    find=READS,
    create=(
        "route53:AssociateVPCWithHostedZone",
        "route53:ChangeTagsForResource",
        "route53:CreateHostedZone",
        "route53:GetChange",
        "route53:ListHostedZonesByName",
        *READS,
    ),
    delete=("route53:DeleteHostedZone",),
)


class HostedZones(PlainKind):
    """
    Finds the VPC's zone of a name; ours has our token as caller reference.

    One of ours without its tags is one whose creation was interrupted: it counts
    as absent, and `create` completes it.
    """

    spec_type = HostedZone

    def __init__(self, account: Account) -> None:
        self._account = account
        self._changes = Changes(account)
        self.actions = replace(ACTIONS, account=account.role)

    def find(self, wanted: Iterable[HostedZone]) -> Mapping[str, Found[HostedZone]]:
        found = {}
        for spec in wanted:
            zone = self.of_accounts(spec.vpc_id).get(spec.name)
            if zone is None:
                continue
            zone_id, owner = zone
            owned = owner == self._account.id and self._owned(self._get(zone_id), spec)
            if not owned or self._tagged(zone_id):
                found[spec.key] = Found(spec, zone_id, owned)
        return found

    def of_accounts(self, vpc_id: str) -> dict[str, tuple[str, str]]:
        """
        Return the zones that accounts own: AWS owns those of endpoints' own names.
        """
        zones = self.associated(vpc_id)
        return {name: zone for name, zone in zones.items() if zone[1].isdigit()}

    def associated(self, vpc_id: str) -> dict[str, tuple[str, str]]:
        """
        Return the id and the owner of each zone that the VPC sees, by name.
        """
        zones: dict[str, tuple[str, str]] = {}
        request: dict[str, Any] = {"VPCId": vpc_id, "VPCRegion": self._account.region}
        while True:
            with self._account.call("route53:ListHostedZonesByVPC", vpc_id):
                answer = self._account.route53.list_hosted_zones_by_vpc(**request)
            for item in answer["HostedZoneSummaries"]:
                owner = item.get("Owner", {})
                whose = owner.get("OwningAccount") or owner.get("OwningService", "")
                zones[item["Name"].rstrip(".")] = (bare(item["HostedZoneId"]), whose)
            if not answer.get("NextToken"):
                return zones
            request["NextToken"] = answer["NextToken"]

    def create(self, spec: HostedZone) -> str:
        zone = self.of_accounts(spec.vpc_id).get(spec.name)
        zone_id = self._made(spec) if zone is None else zone[0]
        with self._account.call("route53:ChangeTagsForResource", zone_id):
            self._account.route53.change_tags_for_resource(
                ResourceType="hostedzone",
                ResourceId=zone_id,
                AddTags=tagging.pairs(naming.tags(self._account.site, spec.key)),
            )
        return zone_id

    def update(self, old: HostedZone, new: HostedZone) -> str:
        raise AwsError(
            f"{old.key} cannot become {new.key} in place",
            hint="roll this step back, then apply it again",
        )

    def delete(self, spec: HostedZone, resource_id: str) -> None:
        call = self._account.call("route53:DeleteHostedZone", spec.key)
        with Tolerating(GONE), call:
            self._account.route53.delete_hosted_zone(Id=resource_id)

    def settle(self, specs: Iterable[HostedZone]) -> None:
        self._changes.wait()

    def _made(self, spec: HostedZone) -> str:
        account = self._account
        first = naming.token(account.site, spec.key, account.generation, spec.vpc_id)
        for token in naming.successors(first):
            zone_id = self._created(spec, token) or self._interrupted(spec, token)
            if zone_id:
                return zone_id
        raise AwsError(
            f"route53:CreateHostedZone for {spec.key}: AWS remembers every"
            " reference of it from earlier, removed zones",
            code=SPENT,
            hint="raise `generation` in the parameters by one, and plan again",
        )

    def _created(self, spec: HostedZone, token: str) -> str:
        """
        Return the id of a new zone, or nothing if the reference was used before.
        """
        try:
            with self._account.call("route53:CreateHostedZone", spec.key):
                answer = self._account.route53.create_hosted_zone(
                    Name=spec.name,
                    CallerReference=token,
                    VPC=self._vpc(spec),
                    HostedZoneConfig={
                        "Comment": f"closednet site {self._account.site}",
                        "PrivateZone": True,
                    },
                )
        except AwsError as err:
            if err.code == SPENT:
                return ""
            raise
        self._changes.remember(answer["ChangeInfo"])
        return bare(answer["HostedZone"]["Id"])

    def _interrupted(self, spec: HostedZone, token: str) -> str:
        """
        Return our zone with this reference, associated again if it lost its VPC.
        """
        zone_id, owner = self.of_accounts(spec.vpc_id).get(spec.name, ("", ""))
        if owner == self._account.id and self._owned(self._get(zone_id), spec):
            return zone_id  # an answer got lost, and botocore asked again
        with self._account.call("route53:ListHostedZonesByName", spec.name):
            answer = self._account.route53.list_hosted_zones_by_name(DNSName=spec.name)
        for zone in answer["HostedZones"]:
            if zone["CallerReference"] == token:
                zone_id = bare(zone["Id"])
                with self._account.call("route53:AssociateVPCWithHostedZone", zone_id):
                    done = self._account.route53.associate_vpc_with_hosted_zone(
                        HostedZoneId=zone_id, VPC=self._vpc(spec)
                    )
                self._changes.remember(done["ChangeInfo"])
                return zone_id
        return ""

    def _vpc(self, spec: HostedZone) -> Any:
        return {"VPCRegion": spec.region, "VPCId": spec.vpc_id}

    def _get(self, zone_id: str) -> Any:
        with self._account.call("route53:GetHostedZone", zone_id):
            return self._account.route53.get_hosted_zone(Id=zone_id)["HostedZone"]

    def _tagged(self, zone_id: str) -> bool:
        with self._account.call("route53:ListTagsForResource", zone_id):
            answer = self._account.route53.list_tags_for_resource(
                ResourceType="hostedzone", ResourceId=zone_id
            )
        found = tagging.mapping(answer["ResourceTagSet"].get("Tags"))
        return naming.is_ours(found, self._account.site)

    def _owned(self, raw: Any, spec: HostedZone) -> bool:
        return naming.is_token_of(
            str(raw["CallerReference"]),
            self._account.site,
            spec.key,
            self._account.generation,
            spec.vpc_id,
        )


def bare(zone_id: str) -> str:
    """
    Return a zone's id without the path that Route 53 puts before it.
    """
    return zone_id.removeprefix("/hostedzone/")
