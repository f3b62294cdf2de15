"""
Gateway endpoints: a precondition of S3's private DNS for the inbound endpoint only.

Ours stands in no route table, so it carries no traffic and changes nobody's routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.endpoint_reads import DEAD, EndpointReads
from closednet.aws.endpoints import ANOTHER_REQUEST, NOT_FOUND
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.network import GatewayEndpoint
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account

READS: Final = ("ec2:DescribeVpcEndpoints",)


class GatewayEndpoints(PlainKind):
    """
    Finds the VPC's gateway endpoint of a service, whoever made it.
    """

    spec_type = GatewayEndpoint
    actions = Actions(
        "network",
        find=READS,
        create=("ec2:CreateTags", "ec2:CreateVpcEndpoint", *READS),
        delete=("ec2:DeleteVpcEndpoints", *READS),
    )

    def __init__(self, account: Account) -> None:
        self._account = account
        self._reads = EndpointReads(account)

    def find(
        self, wanted: Iterable[GatewayEndpoint]
    ) -> Mapping[str, Found[GatewayEndpoint]]:
        found = {}
        for spec in wanted:
            raw = self._raw(spec)
            if raw is not None:
                tags = tagging.mapping(raw.get("Tags"))
                owned = tagging.is_ours(self._account, tags, spec.key)
                found[spec.key] = Found(spec, str(raw["VpcEndpointId"]), owned)
        return found

    def create(self, spec: GatewayEndpoint) -> str:
        raw = self._raw(spec)
        if raw is not None:
            return str(raw["VpcEndpointId"])
        first = naming.token(
            self._account.site, spec.key, self._account.generation, spec.vpc_id
        )
        for token in naming.successors(first):
            made = self._made(spec, token)
            if made is not None:
                return made
        raise AwsError(
            f"ec2:CreateVpcEndpoint for {spec.key}: AWS remembers every token of"
            " this endpoint from earlier, removed ones",
            operation="ec2:CreateVpcEndpoint",
            code=ANOTHER_REQUEST,
            hint="raise `generation` in the parameters by one, and plan again",
        )

    def update(self, old: GatewayEndpoint, new: GatewayEndpoint) -> str:
        raise AwsError(f"{old.key} cannot change in place", hint="plan this step again")

    def delete(self, spec: GatewayEndpoint, resource_id: str) -> None:
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

    def settle(self, specs: Iterable[GatewayEndpoint]) -> None:
        pending = tuple(specs)
        self._account.waiting.until(
            lambda: all(map(self._is_available, pending)) or None,
            what="the gateway endpoint's state `available`",
        )

    def settle_deleted(self, specs: Iterable[GatewayEndpoint]) -> None:
        gone = tuple(specs)
        self._account.waiting.until(
            lambda: all(self._raw(s, gone_too=True) is None for s in gone) or None,
            what="the removal of the gateway endpoint",
        )

    def _is_available(self, spec: GatewayEndpoint) -> bool:
        raw = self._raw(spec)
        return raw is not None and raw["State"].lower() == "available"

    def _made(self, spec: GatewayEndpoint, token: str) -> str | None:
        """
        Return the endpoint's id, or None if the token is spent.
        """
        try:
            with self._account.call("ec2:CreateVpcEndpoint", spec.key):
                answer = self._account.ec2.create_vpc_endpoint(
                    VpcEndpointType="Gateway",
                    VpcId=spec.vpc_id,
                    ServiceName=self._reads.service_name(spec.service),
                    TagSpecifications=tagging.specification(
                        self._account, "vpc-endpoint", spec.key
                    ),
                    ClientToken=token,
                )
        except AwsError as err:
            if err.code == ANOTHER_REQUEST:
                return None
            raise
        endpoint = answer["VpcEndpoint"]
        spent = str(endpoint.get("State", "pending")).lower() in DEAD
        return None if spent else str(endpoint["VpcEndpointId"])

    def _raw(self, spec: GatewayEndpoint, *, gone_too: bool = False) -> Any:
        name = self._reads.service_name(spec.service)
        raws = self._reads.raw(spec.vpc_id, kind="Gateway", gone_too=gone_too)
        same = [
            raw
            for raw in raws
            if raw["ServiceName"] == name and raw["State"].lower() != "deleted"
        ]
        return min(same, key=lambda raw: str(raw["VpcEndpointId"]), default=None)
