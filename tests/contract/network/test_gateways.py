"""
What stands behind the gateways to the site, as far as this account is shown it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.gateways import Behind, Gateways
from closednet_rehearsal.settings import TRANSIT_GATEWAY_ID


if TYPE_CHECKING:
    from tests.contract.network.conftest import World

pytestmark = pytest.mark.rehearsal


def test_attachments_and_tunnels_of_a_gateway_are_read(world: World) -> None:
    ec2: Any = world.account.ec2
    gateways = Gateways(world.account)
    before = gateways.behind(TRANSIT_GATEWAY_ID)
    customer = ec2.create_customer_gateway(
        Type="ipsec.1", PublicIp="198.51.100.7", BgpAsn=65000
    )["CustomerGateway"]["CustomerGatewayId"]
    ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer, TransitGatewayId=TRANSIT_GATEWAY_ID
    )
    after = gateways.behind(TRANSIT_GATEWAY_ID)

    assert before is not None
    assert after is not None
    assert (("vpc", "available"),) == before.attachments
    assert "no VPN or Direct Connect visible here" in str(before)
    assert "vpn" in [kind for kind, _ in after.attachments]
    assert "visible" not in str(after)
    assert gateways.behind("nat-0c1053d0000000001") is None


@pytest.mark.parametrize(
    ("behind", "is_down"),
    [
        (Behind(), False),
        (Behind((("vpc", "available"),)), False),
        (Behind((("vpn", "available"),), (("vpn-1", "UP"), ("vpn-1", "DOWN"))), False),
        (Behind((("vpn", "available"),), (("vpn-1", "DOWN"), ("vpn-1", "DOWN"))), True),
        (Behind((("direct-connect-gateway", "deleting"),)), True),
        (Behind((("direct-connect-gateway", "available"),)), False),
    ],
)
def test_a_way_is_down_only_if_all_that_is_seen_of_it_is(
    behind: Behind, *, is_down: bool
) -> None:
    assert is_down == behind.is_down
