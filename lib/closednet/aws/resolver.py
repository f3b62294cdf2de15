"""
Route 53 Resolver inbound endpoints.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.resolver_reads import ResolverReads
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.network import PinnedAddress, ResolverEndpoint
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account
    from closednet.aws.resolver_reads import InboundState
    from closednet.aws.security_groups import SecurityGroups
    from closednet.aws.suitability import Suitability
    from closednet.model.step import Work

OPERATIONAL: Final = "OPERATIONAL"
FAILED: Final = frozenset({"ACTION_NEEDED"})
GONE: Final = "ResourceNotFoundException"
SPENT: Final = "ResourceExistsException"
READS: Final = (
    "ec2:DescribeSecurityGroups",
    "route53resolver:ListResolverEndpointIpAddresses",
    "route53resolver:ListResolverEndpoints",
)
INTERFACES: Final = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


class ResolverEndpoints(PlainKind):
    """
    Finds inbound endpoints by the request token, which AWS keeps with them.

    A foreign endpoint with the pinned addresses is adopted.
    """

    spec_type = ResolverEndpoint
    actions = Actions(
        "network",
        find=READS,
        create=(
            "route53resolver:CreateResolverEndpoint",
            "route53resolver:TagResource",
            *INTERFACES,
            *READS,
        ),
        update=(
            "ec2:DeleteNetworkInterface",
            "route53resolver:AssociateResolverEndpointIpAddress",
            "route53resolver:DisassociateResolverEndpointIpAddress",
            *INTERFACES,
            *READS,
        ),
        delete=(
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "route53resolver:DeleteResolverEndpoint",
            "route53resolver:ListResolverEndpoints",
        ),
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
        self._reads = ResolverReads(account, groups)

    def find(
        self, wanted: Iterable[ResolverEndpoint]
    ) -> Mapping[str, Found[ResolverEndpoint]]:
        found = {}
        for spec in wanted:
            raw = self._reads.pick(spec)
            if raw is not None:
                owned = self._reads.owned(raw, spec)
                seen = self._reads.spec(raw, spec)
                if not owned and self._suitability is not None:
                    groups = raw.get("SecurityGroupIds", ())
                    seen = self._suitability.resolver(seen, spec, groups)
                found[spec.key] = Found(seen, str(raw["Id"]), owned)
        return found

    def by_owner(
        self, found: Found[ResolverEndpoint], wanted: ResolverEndpoint
    ) -> Work | None:
        """
        Return what the owner of an unsuitable inbound endpoint has to change.
        """
        if self._suitability is None:
            return None
        return self._suitability.resolver_work(found.resource_id, found.spec, wanted)

    def state(self, spec: ResolverEndpoint) -> InboundState | None:
        """
        Return the endpoint as it is, or None if there is none.
        """
        return self._reads.state(spec)

    def create(self, spec: ResolverEndpoint) -> str:
        raw = self._reads.pick(spec)
        if raw is not None:
            return str(raw["Id"])
        for token in naming.successors(self._token(spec)):
            with (
                Tolerating(SPENT),
                self._account.call("route53resolver:CreateResolverEndpoint", spec.key),
            ):
                answer = self._account.route53resolver.create_resolver_endpoint(
                    CreatorRequestId=token, **self._request(spec)
                )
                return answer["ResolverEndpoint"]["Id"]
            raw = self._reads.pick(spec)
            if raw is not None:  # an answer got lost, and botocore asked again
                return str(raw["Id"])
        raise AwsError(
            f"route53resolver:CreateResolverEndpoint for {spec.key}: AWS remembers"
            " every token of it",
            code=SPENT,
            hint="raise `generation` in the parameters by one, and plan again",
        )

    def update(self, old: ResolverEndpoint, new: ResolverEndpoint) -> str:
        raw = self._reads.pick(new)
        fixed = (old.security_group, old.protocols, old.vpc_id)
        if raw is None or fixed != (new.security_group, new.protocols, new.vpc_id):
            raise AwsError(
                f"{new.key} can change its addresses only",
                hint="roll this step back, then apply it again",
            )
        endpoint_id = str(raw["Id"])
        for address in _ordered(new.addresses - old.addresses):
            self._add(endpoint_id, address)
            self.settle((new,))
        for address in _ordered(old.addresses - new.addresses):
            self._remove(endpoint_id, address)
            self.settle((new,))
        return endpoint_id

    def delete(self, spec: ResolverEndpoint, resource_id: str) -> None:
        operation = "route53resolver:DeleteResolverEndpoint"
        try:
            with self._account.call(operation, spec.key):
                self._account.route53resolver.delete_resolver_endpoint(
                    ResolverEndpointId=resource_id
                )
        except AwsError as err:
            live = {str(raw["Id"]) for raw in self._reads.all(spec)}
            if err.code != GONE and resource_id in live:
                raise

    def settle(self, specs: Iterable[ResolverEndpoint]) -> None:
        for spec in specs:
            self._account.waiting.until(
                partial(self._usable, spec),
                what=f"status OPERATIONAL of {spec.key}",
            )

    def settle_deleted(self, specs: Iterable[ResolverEndpoint]) -> None:
        keys = {spec.key: spec for spec in specs}
        self._account.waiting.until(
            lambda: not any(map(self._is_there, keys.values())) or None,
            what=f"the removal of {', '.join(keys)}",
        )

    def _usable(self, spec: ResolverEndpoint) -> bool | None:
        state = self._reads.state(spec)
        if state is not None and state.status in FAILED:
            raise AwsError(
                f"{spec.key} ({state.endpoint_id}) is {state.status}: {state.message}",
                hint="look at its addresses in Route 53 Resolver, then run this again",
            )
        return (state is not None and state.status == OPERATIONAL) or None

    def _is_there(self, spec: ResolverEndpoint) -> bool:
        return any(
            self._reads.owned(raw, spec) for raw in self._reads.all(spec, gone_too=True)
        )

    def _request(self, spec: ResolverEndpoint) -> dict[str, Any]:
        return {
            "Name": f"closednet-{self._account.site}-{spec.name}",
            "Direction": "INBOUND",
            "ResolverEndpointType": "IPV4",
            "Protocols": sorted(spec.protocols),
            "SecurityGroupIds": [self._groups.id_of(spec.security_group, spec.vpc_id)],
            "IpAddresses": [
                {"SubnetId": address.subnet, "Ip": address.ip}
                for address in _ordered(spec.addresses)
            ],
            "Tags": tagging.pairs(naming.tags(self._account.site, spec.key)),
        }

    def _add(self, endpoint_id: str, address: PinnedAddress) -> None:
        operation = "route53resolver:AssociateResolverEndpointIpAddress"
        with Tolerating(SPENT), self._account.call(operation, address.ip):
            self._account.route53resolver.associate_resolver_endpoint_ip_address(
                ResolverEndpointId=endpoint_id,
                IpAddress={"SubnetId": address.subnet, "Ip": address.ip},
            )

    def _remove(self, endpoint_id: str, address: PinnedAddress) -> None:
        operation = "route53resolver:DisassociateResolverEndpointIpAddress"
        with Tolerating(GONE), self._account.call(operation, address.ip):
            self._account.route53resolver.disassociate_resolver_endpoint_ip_address(
                ResolverEndpointId=endpoint_id,
                IpAddress={"SubnetId": address.subnet, "Ip": address.ip},
            )

    def _token(self, spec: ResolverEndpoint) -> str:
        account = self._account
        return naming.token(account.site, spec.key, account.generation, spec.vpc_id)


def _ordered(addresses: Iterable[PinnedAddress]) -> list[PinnedAddress]:
    return sorted(addresses, key=lambda address: (address.subnet, address.ip))
