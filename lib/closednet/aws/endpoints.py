"""
Interface endpoints: made, adopted, changed and removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.endpoint_changes import FAILED, failure, modification
from closednet.aws.endpoint_reads import DEAD, EndpointReads
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.network import InterfaceEndpoint
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account
    from closednet.aws.security_groups import SecurityGroups
    from closednet.aws.suitability import Suitability
    from closednet.model.step import Work

NOT_FOUND: Final = "InvalidVpcEndpointId.NotFound"
ANOTHER_REQUEST: Final = "IdempotentParameterMismatch"
PRIVATE_DNS_ACTION: Final = "route53:AssociateVPCWithHostedZone"
READS: Final = ("ec2:DescribeSecurityGroups", "ec2:DescribeVpcEndpoints")


class InterfaceEndpoints(PlainKind):
    """
    Finds endpoints by our tags, else adopts the VPC's endpoint of the service.
    """

    spec_type = InterfaceEndpoint
    actions = Actions(
        "network",
        find=READS,
        create=(
            "ec2:CreateTags",
            "ec2:CreateVpcEndpoint",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            *READS,
            PRIVATE_DNS_ACTION,
        ),
        update=("ec2:ModifyVpcEndpoint", *READS, PRIVATE_DNS_ACTION),
        delete=("ec2:DeleteVpcEndpoints", "ec2:DescribeVpcEndpoints"),
    )

    def __init__(
        self,
        account: Account,
        groups: SecurityGroups,
        suitability: Suitability | None = None,
    ) -> None:
        self._account = account
        self._groups = groups
        self._suitability = suitability
        self._reads = EndpointReads(account)
        self.partition = account.partition

    def find(
        self, wanted: Iterable[InterfaceEndpoint]
    ) -> Mapping[str, Found[InterfaceEndpoint]]:
        specs = tuple(wanted)
        if not specs:
            return {}
        vpc_id = specs[0].vpc_id
        raws, names = self._reads.raw(vpc_id), self._groups.names(vpc_id)
        found = {}
        for spec in specs:
            raw = self._reads.pick(raws, spec.service)
            if raw is not None:
                tags = tagging.mapping(raw.get("Tags"))
                owned = tagging.is_ours(self._account, tags, spec.key)
                seen = self._reads.spec(raw, spec.service, names)
                if not owned and self._suitability is not None:
                    groups = [str(group["GroupId"]) for group in raw.get("Groups", ())]
                    seen = self._suitability.endpoint(seen, spec, groups)
                found[spec.key] = Found(seen, str(raw["VpcEndpointId"]), owned)
        return found

    def by_owner(
        self, found: Found[InterfaceEndpoint], wanted: InterfaceEndpoint
    ) -> Work | None:
        """
        Return what the owner of an unsuitable endpoint has to change.
        """
        if self._suitability is None:
            return None
        return self._suitability.endpoint_work(found.resource_id, found.spec, wanted)

    def create(self, spec: InterfaceEndpoint) -> str:
        raw = self._reads.pick(self._reads.raw(spec.vpc_id), spec.service)
        if raw is not None:
            return str(raw["VpcEndpointId"])
        request = self.request(spec)
        first = naming.token(
            self._account.site, spec.key, self._account.generation, spec.vpc_id
        )
        for token in naming.successors(first):
            made = self._made(spec, request, token)
            if made is not None:
                return made
        raise AwsError(
            f"ec2:CreateVpcEndpoint for {spec.key}: AWS remembers every token of"
            " this endpoint from earlier, removed ones",
            operation="ec2:CreateVpcEndpoint",
            code=ANOTHER_REQUEST,
            hint="raise `generation` in the parameters by one, and plan again",
        )

    def update(self, old: InterfaceEndpoint, new: InterfaceEndpoint) -> str:
        raw = self._reads.pick(self._reads.raw(new.vpc_id), new.service)
        if raw is None:
            raise AwsError(f"{new.key} vanished", hint="plan this step again")
        endpoint_id = str(raw["VpcEndpointId"])
        with self._account.call("ec2:ModifyVpcEndpoint", new.key):
            self._account.ec2.modify_vpc_endpoint(
                VpcEndpointId=endpoint_id,
                **modification(old, new, self._exchange(raw, old, new)),
            )
        return endpoint_id

    def delete(self, spec: InterfaceEndpoint, resource_id: str) -> None:
        with self._account.call("ec2:DeleteVpcEndpoints", spec.key):
            answer = self._account.ec2.delete_vpc_endpoints(
                VpcEndpointIds=[resource_id]
            )
        for item in answer.get("Unsuccessful", ()):
            error = item.get("Error", {})
            if error.get("Code") != NOT_FOUND:
                raise AwsError(
                    f"ec2:DeleteVpcEndpoints on {spec.key} ({resource_id}):"
                    f" {error.get('Code')}: {error.get('Message')}",
                    operation="ec2:DeleteVpcEndpoints",
                    code=str(error.get("Code")),
                )

    def settle(self, specs: Iterable[InterfaceEndpoint]) -> None:
        pending = tuple(specs)
        self._account.waiting.until(
            lambda: self._all_available(pending) or None,
            what="every interface endpoint's state `available`",
        )

    def settle_deleted(self, specs: Iterable[InterfaceEndpoint]) -> None:
        gone = tuple(specs)
        self._account.waiting.until(
            lambda: self._none_left(gone) or None,
            what="the removal of the interface endpoints",
        )

    def _made(
        self, spec: InterfaceEndpoint, request: Mapping[str, Any], token: str
    ) -> str | None:
        """
        Return the endpoint's id, or None if the token is spent.
        """
        try:
            with self._account.call("ec2:CreateVpcEndpoint", spec.key):
                answer = self._account.ec2.create_vpc_endpoint(
                    **request, ClientToken=token
                )
        except AwsError as err:
            if err.code == ANOTHER_REQUEST:
                return None
            raise
        endpoint = answer["VpcEndpoint"]
        spent = endpoint.get("State", "pending").lower() in DEAD
        return None if spent else endpoint["VpcEndpointId"]

    def request(self, spec: InterfaceEndpoint) -> dict[str, Any]:
        """
        Return what AWS is asked for, without the token.
        """
        return {
            "VpcEndpointType": "Interface",
            "VpcId": spec.vpc_id,
            "ServiceName": self._reads.service_name(spec.service),
            "SubnetIds": sorted(spec.subnets),
            "SecurityGroupIds": [self._groups.id_of(spec.security_group, spec.vpc_id)],
            "PrivateDnsEnabled": spec.private_dns,
            "DnsOptions": {"DnsRecordIpType": spec.dns_record_type},
            "IpAddressType": spec.ip_address_type,
            "PolicyDocument": spec.policy,
            "TagSpecifications": tagging.specification(
                self._account, "vpc-endpoint", spec.key
            ),
        }

    def _exchange(
        self, raw: Any, old: InterfaceEndpoint, new: InterfaceEndpoint
    ) -> tuple[list[str], list[str]]:
        """
        Return the groups to add and to remove.
        """
        if old.security_group == new.security_group:
            return [], []
        wanted = self._groups.id_of(new.security_group, new.vpc_id)
        have = [str(group["GroupId"]) for group in raw.get("Groups", ())]
        return [wanted] * (wanted not in have), [g for g in have if g != wanted]

    def _all_available(self, specs: tuple[InterfaceEndpoint, ...]) -> bool:
        raws = self._reads.raw(specs[0].vpc_id)
        picked = {s.key: self._reads.pick(raws, s.service) for s in specs}
        for key, raw in picked.items():
            if raw is not None and raw["State"].lower() in FAILED:
                raise failure(key, raw)
        return all(
            raw is not None and raw["State"].lower() == "available"
            for raw in picked.values()
        )

    def _none_left(self, specs: tuple[InterfaceEndpoint, ...]) -> bool:
        raws = self._reads.raw(specs[0].vpc_id, gone_too=True)
        keys = {spec.key for spec in specs}
        return not any(
            raw["State"].lower() != "deleted"
            and tagging.mapping(raw.get("Tags")).get(naming.NAME_TAG) in keys
            and naming.is_ours(tagging.mapping(raw.get("Tags")), self._account.site)
            for raw in raws
        )
