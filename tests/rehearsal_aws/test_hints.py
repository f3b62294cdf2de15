"""
What the product tells an operator to do about each refusal that it may meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from botocore.exceptions import ClientError

from closednet.aws.translate import translate
from closednet_rehearsal.quotas import Quotas
from closednet_rehearsal.settings import REGION, SUBNETS, VPC_ID


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws


def hint(call: Callable[..., Any], **params: Any) -> str:
    """
    Return what is advised when a call is refused.
    """
    with pytest.raises(ClientError) as caught:
        call(**params)
    return translate(caught.value, "service:Operation").hint


@pytest.fixture(name="crowded")
def _crowded(server: Server) -> Iterator[None]:
    server.world.quotas = Quotas(
        interface_endpoints_per_vpc=1,
        security_groups_per_region=2,
        security_groups_per_interface=1,
        resolver_endpoints_per_region=0,
        hosted_zones=0,
        roles=0,
    )
    yield
    server.world.quotas = Quotas()


def test_conflicts(ec2: Any, create: Callable[..., dict[str, Any]]) -> None:
    create("ssm", PrivateDnsEnabled=True)
    twice = hint(create, service="ssm", PrivateDnsEnabled=True)
    gateway = hint(create, service="s3", PrivateDnsEnabled=True)
    zone = hint(create, service="xray", SubnetIds=[SUBNETS[1].subnet_id])
    ec2.modify_vpc_attribute(VpcId=VPC_ID, EnableDnsHostnames={"Value": False})
    switched_off = hint(create, service="kms", PrivateDnsEnabled=True)
    ec2.modify_vpc_attribute(VpcId=VPC_ID, EnableDnsHostnames={"Value": True})
    in_use = hint(ec2.delete_subnet, SubnetId=SUBNETS[0].subnet_id)

    assert "another endpoint with private DNS, or a private hosted zone" in twice
    assert "make the S3 gateway endpoint first" in gateway
    assert "name subnets in zones where the service is offered" in zone
    assert "have both DNS attributes of the VPC switched on" in switched_off
    assert "something still uses it" in in_use


def test_quotas(
    network: Aws,
    management: Aws,
    create: Callable[..., dict[str, Any]],
    group: str,
    crowded: None,
) -> None:
    del crowded
    create("ssm")
    ec2, resolver = network.client("ec2"), network.client("route53resolver")
    seen = {
        "interface endpoints": hint(create, service="kms"),
        "security groups": hint(
            ec2.create_security_group, GroupName="n", Description="d", VpcId=VPC_ID
        ),
        "named in the message": hint(
            resolver.create_resolver_endpoint,
            CreatorRequestId="h",
            Name="h",
            Direction="INBOUND",
            SecurityGroupIds=[group],
            IpAddresses=[{"SubnetId": subnet.subnet_id} for subnet in SUBNETS],
        ),
        "hosted zones": hint(
            network.client("route53").create_hosted_zone,
            Name="h.test",
            CallerReference="h",
            VPC={"VPCRegion": REGION, "VPCId": VPC_ID},
        ),
        "or make room for it": hint(
            management.client("iam").create_role,
            RoleName="h",
            AssumeRolePolicyDocument='{"Statement": {"Principal": "*"}}',
        ),
    }

    assert not [what for what, advice in seen.items() if what not in advice]


def test_parameters_and_roles(management: Aws) -> None:
    ssm = management.client("ssm")
    long = hint(ssm.put_parameter, Name="h", Type="String", Value="x" * 4097)
    role = hint(ssm.create_activation, IamRole="none")

    assert "shorten the configuration of the CloudWatch agent" in long
    assert "trust policy" in role
