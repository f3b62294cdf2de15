"""
Changes of an interface endpoint in place, and the failures of its making.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.errors import AwsError


if TYPE_CHECKING:
    from closednet.model.specs.network import InterfaceEndpoint

FAILED: Final = frozenset({"failed", "rejected", "expired", "partial"})


def modification(
    old: InterfaceEndpoint,
    new: InterfaceEndpoint,
    groups: tuple[list[str], list[str]],
) -> dict[str, Any]:
    """
    Return only what changes: another value would be an outage for nothing.
    """
    change: dict[str, Any] = {
        "AddSubnetIds": sorted(new.subnets - old.subnets),
        "RemoveSubnetIds": sorted(old.subnets - new.subnets),
        "AddSecurityGroupIds": groups[0],
        "RemoveSecurityGroupIds": groups[1],
    }
    if old.private_dns != new.private_dns:
        change["PrivateDnsEnabled"] = new.private_dns
    if old.policy != new.policy:
        change["PolicyDocument"] = new.policy
    if old.dns_record_type != new.dns_record_type:
        change["DnsOptions"] = {"DnsRecordIpType": new.dns_record_type}
    if old.ip_address_type != new.ip_address_type:
        change["IpAddressType"] = new.ip_address_type
    return {name: value for name, value in change.items() if value != []}


def failure(key: str, raw: Any) -> AwsError:
    """
    Return the error for an endpoint that AWS could not make.
    """
    error = raw.get("LastError") or {}
    return AwsError(
        f"{key} ({raw['VpcEndpointId']}) is {raw['State'].lower()}:"
        f" {error.get('Code', 'no code')}: {error.get('Message', '')}",
        operation="ec2:CreateVpcEndpoint",
        code=str(error.get("Code", "")),
        hint="mend the cause, remove the endpoint, run this step again",
    )
