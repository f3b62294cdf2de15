"""
How much an account may have before AWS refuses more.

The figures are AWS's defaults (AWS PrivateLink, VPC, Route 53 and IAM quotas).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.stage import world


@dataclass(frozen=True, slots=True)
class Quotas:
    """
    The quotas that the rehearsal enforces.
    """

    interface_endpoints_per_vpc: int = 50
    gateway_endpoints_per_region: int = 20
    security_groups_per_region: int = 2500
    security_groups_per_interface: int = 5
    resolver_endpoints_per_region: int = 4
    addresses_per_resolver_endpoint: int = 6
    hosted_zones: int = 500
    changes_per_batch: int = 1000
    roles: int = 1000
    policies_per_role: int = 10
    role_policy_characters: int = 10_240
    user_policy_characters: int = 2048


def within(quota: str, count: int, code: str, message: str, status: int = 400) -> None:
    """
    Refuse what would make `count` of something, if that is more than allowed.
    """
    if count > getattr(world().quotas, quota):
        raise Refusal(code, message, status)


def changed(name: str, value: int) -> Quotas:
    """
    Return the quotas with another value for one of them.

    Raises:
        TypeError: There is no quota of that name.
    """
    return replace(world().quotas, **{name: value})
