"""
What security groups let in, with ranges of ports as EC2 has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from closednet.aws.account import Account


@dataclass(frozen=True, slots=True)
class Admission:
    """
    A rule of a group: `cidrs` may come in; `others` are groups and prefix lists.
    """

    protocol: str
    first: int
    last: int
    cidrs: tuple[str, ...]
    others: tuple[str, ...] = ()


class Admissions:
    """
    Reads the rules of all groups of a VPC.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def of_vpc(self, vpc_id: str) -> dict[str, tuple[Admission, ...]]:
        """
        Return what each group lets in, by group id.
        """
        with self._account.call("ec2:DescribeSecurityGroups", vpc_id):
            pages = self._account.ec2.get_paginator("describe_security_groups")
            found = pages.paginate(
                Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
            ).build_full_result()
        return {
            str(raw["GroupId"]): tuple(map(_admission, raw["IpPermissions"]))
            for raw in found["SecurityGroups"]
        }


def _admission(raw: Any) -> Admission:
    return Admission(
        protocol=str(raw["IpProtocol"]),
        first=int(raw.get("FromPort", 0)),
        last=int(raw.get("ToPort", 65535)),
        cidrs=tuple(str(item["CidrIp"]) for item in raw.get("IpRanges", ())),
        others=(
            *(str(item["PrefixListId"]) for item in raw.get("PrefixListIds", ())),
            *(str(item["GroupId"]) for item in raw.get("UserIdGroupPairs", ())),
        ),
    )
