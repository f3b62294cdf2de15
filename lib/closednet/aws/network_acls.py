"""
Network ACLs, which keep no state: requests and answers need a rule each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet.aws.account import Account

ANY: Final = "-1"
PROTOCOLS: Final = {"6": "tcp", "17": "udp"}
ALL_PORTS: Final = (0, 65535)


@dataclass(frozen=True, slots=True)
class AclRule:
    """
    One numbered rule of a network ACL; the first one that fits decides.
    """

    number: int
    outbound: bool
    allows: bool
    protocol: str
    cidr: str
    ports: tuple[int, int]


@dataclass(frozen=True, slots=True)
class NetworkAcl:
    """
    The network ACL of a subnet.
    """

    acl_id: str
    rules: tuple[AclRule, ...]


class NetworkAcls:
    """
    Reads the network ACLs of a VPC.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def of_subnets(self, vpc_id: str) -> dict[str, NetworkAcl]:
        """
        Return each subnet's network ACL.
        """
        with self._account.call("ec2:DescribeNetworkAcls", vpc_id):
            pages = self._account.ec2.get_paginator("describe_network_acls")
            found = pages.paginate(
                Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
            ).build_full_result()
        return {
            str(link["SubnetId"]): NetworkAcl(
                str(raw["NetworkAclId"]), tuple(map(_rule, raw.get("Entries", ())))
            )
            for raw in found["NetworkAcls"]
            for link in raw.get("Associations", ())
            if "SubnetId" in link
        }


def _rule(raw: Any) -> AclRule:
    ports = raw.get("PortRange") or {}
    return AclRule(
        number=int(raw["RuleNumber"]),
        outbound=bool(raw["Egress"]),
        allows=raw["RuleAction"] == "allow",
        protocol=PROTOCOLS.get(str(raw["Protocol"]), str(raw["Protocol"])),
        # A rule of IPv6 is about none of our packets.
        cidr=str(raw.get("CidrBlock", "")),
        ports=(ports.get("From", ALL_PORTS[0]), ports.get("To", ALL_PORTS[1])),
    )
