"""
What AWS lets in and out, judged as packets meet it.
"""

from __future__ import annotations

import pytest

from closednet.aws.admissions import Admission
from closednet.aws.network_acls import AclRule, NetworkAcl
from closednet.diagnosis import packets
from closednet.diagnosis.packets import Flow


SITE = "192.168.10.0/24"
HTTPS = Flow(SITE, "tcp", 443)
EVERYWHERE = "0.0.0.0/0"


def rule(
    number: int,
    *ports: int,
    allows: bool = True,
    outbound: bool = False,
    protocol: str = "tcp",
    cidr: str = EVERYWHERE,
) -> AclRule:
    """
    Return a rule of a network ACL, for all ports where none are named.
    """
    first, last = (*ports, 0, 65535)[:2] if ports else (0, 65535)
    return AclRule(number, outbound, allows, protocol, cidr, (first, last))


@pytest.mark.parametrize(
    ("admission", "admitted"),
    [
        (Admission("tcp", 443, 443, (SITE,)), True),
        (Admission("tcp", 0, 65535, ("192.168.0.0/16",)), True),
        (Admission("-1", 0, 65535, (EVERYWHERE,)), True),
        (Admission("tcp", 443, 443, (), ("pl-0123",)), True),
        (Admission("tcp", 443, 443, ("192.168.10.0/25",)), False),
        (Admission("tcp", 80, 80, (SITE,)), False),
        (Admission("udp", 443, 443, (SITE,)), False),
        (Admission("tcp", 443, 443, ("172.31.0.0/16",)), False),
    ],
    ids=[
        *("exact", "wider", "everything", "prefix list", "half", "port"),
        *("protocol", "elsewhere"),
    ],
)
def test_a_group_admits_a_block_only_as_a_whole(
    admission: Admission, *, admitted: bool
) -> None:
    """Who is in a prefix list is not known, so it is not blamed."""
    assert admitted is packets.admitted(HTTPS, [admission])


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        ((rule(100, protocol="-1"),), True),
        ((rule(50, 443, 443, allows=False), rule(100)), False),
        ((rule(100), rule(200, 443, 443, allows=False)), True),
        ((rule(50, 22, 22, allows=False), rule(100)), True),
        ((rule(50, allows=False, cidr="10.0.0.0/8"), rule(100)), True),
        ((rule(100, cidr="192.168.10.0/25"),), False),
        ((rule(100, outbound=True),), False),
        ((), False),
    ],
    ids=[
        *("all", "denied first", "allowed first", "other port", "other block"),
        *("half a block", "only outbound", "none"),
    ],
)
def test_the_first_rule_that_fits_decides(
    rules: tuple[AclRule, ...], *, passes: bool
) -> None:
    assert passes is packets.let_in(HTTPS, NetworkAcl("acl-1", rules))


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        ((rule(100, 1024, 65535, outbound=True),), True),
        ((rule(100, 32768, 60999, outbound=True),), True),
        ((rule(100, 443, 443, outbound=True),), False),
        ((rule(100, 49152, 65535, outbound=True),), False),
        (
            (
                rule(9, 40000, 40010, allows=False, outbound=True),
                rule(10, outbound=True),
            ),
            False,
        ),
    ],
    ids=["documented", "of Linux", "no state", "of Windows only", "a hole"],
)
def test_answers_need_all_ephemeral_ports(
    rules: tuple[AclRule, ...], *, passes: bool
) -> None:
    assert passes is packets.let_out(HTTPS, NetworkAcl("acl-1", rules))
