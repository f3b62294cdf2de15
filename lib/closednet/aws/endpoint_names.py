"""
Names that an interface endpoint answers itself: its private DNS, switched on and off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.endpoint_reads import EndpointReads
from closednet.errors import PreconditionError
from closednet.model.change import Found
from closednet.model.specs.network import EndpointNames, endpoint_key
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account

READS: Final = ("ec2:DescribeVpcEndpoints",)
WRITES: Final = (
    "ec2:ModifyVpcEndpoint",
    "route53:AssociateVPCWithHostedZone",
    *READS,
)
INBOUND_ONLY: Final = "PrivateDnsOnlyForInboundResolverEndpoint"


class AnsweringEndpoints(PlainKind):
    """
    Finds the endpoint of the service and what it answers; absent means: nothing.

    An endpoint of others is never switched, so it is found even if it answers nothing.
    """

    spec_type = EndpointNames
    actions = Actions(
        "network", find=READS, create=WRITES, update=WRITES, delete=WRITES
    )

    def __init__(self, account: Account) -> None:
        self._account = account
        self._reads = EndpointReads(account)

    def find(
        self, wanted: Iterable[EndpointNames]
    ) -> Mapping[str, Found[EndpointNames]]:
        found = {}
        for spec in wanted:
            raw = self._raw(spec)
            if raw is None:
                continue
            key, tags = endpoint_key(spec.service), tagging.mapping(raw.get("Tags"))
            owned = tagging.is_ours(self._account, tags, key)
            if raw.get("PrivateDnsEnabled") or not owned:
                seen = EndpointNames(spec.service, spec.vpc_id, _answers(raw))
                found[spec.key] = Found(seen, str(raw["VpcEndpointId"]), owned)
        return found

    def create(self, spec: EndpointNames) -> str:
        return self._modify(
            spec,
            PrivateDnsEnabled=True,
            DnsOptions={INBOUND_ONLY: spec.answers == "inbound"},
        )

    def update(self, old: EndpointNames, new: EndpointNames) -> str:
        return self.create(new)

    def delete(self, spec: EndpointNames, resource_id: str) -> None:
        self._modify(spec, PrivateDnsEnabled=False)

    def settle(self, specs: Iterable[EndpointNames]) -> None:
        pending = tuple(specs)
        self._account.waiting.until(
            lambda: all(map(self._is_available, pending)) or None,
            what="the endpoint's state `available`",
        )

    def settle_deleted(self, specs: Iterable[EndpointNames]) -> None:
        self.settle(specs)

    def _modify(self, spec: EndpointNames, **change: Any) -> str:
        raw = self._raw(spec)
        if raw is None:
            missing = endpoint_key(spec.service)
            raise PreconditionError(
                f"{spec.key} needs {missing}, which does not exist",
                missing=(missing,),
                hint="apply the step that makes it first",
            )
        endpoint_id = str(raw["VpcEndpointId"])
        with self._account.call("ec2:ModifyVpcEndpoint", spec.key):
            self._account.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, **change)
        return endpoint_id

    def _is_available(self, spec: EndpointNames) -> bool:
        raw = self._raw(spec)
        return raw is not None and raw["State"].lower() == "available"

    def _raw(self, spec: EndpointNames) -> Any:
        return self._reads.pick(self._reads.raw(spec.vpc_id), spec.service)


def _answers(raw: Mapping[str, Any]) -> str:
    if not raw.get("PrivateDnsEnabled"):
        return "nobody"
    options = raw.get("DnsOptions") or {}
    return "inbound" if options.get(INBOUND_ONLY) else "vpc"
