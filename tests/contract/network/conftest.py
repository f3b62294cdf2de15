"""
A VPC in moto and the parameters of a site that lives in it.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from moto import mock_aws

from closednet.aws.account import Account
from closednet.params.site import SiteParams
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.aws.calls import AwsCall

REGION = "ap-northeast-1"
MOTO_ACCOUNT = "123456789012"


def site_params(vpc_id: str, subnets: list[str], **changes: Any) -> SiteParams:
    account = {"id": MOTO_ACCOUNT}
    raw = {
        "site": "test-site",
        "region": REGION,
        "accounts": {"network": account, "management": account},
        "network": {
            "vpc_id": vpc_id,
            "vpc_cidr": "10.20.0.0/16",
            "subnets": [
                {
                    "id": subnet,
                    "availability_zone": f"{REGION}{zone}",
                    "cidr": f"10.20.{n}.0/24",
                    "inbound_ip": f"10.20.{n}.10",
                }
                for n, (subnet, zone) in enumerate(zip(subnets, "ac", strict=True), 1)
            ],
            "on_premises_cidrs": ["192.168.10.0/24"],
            "dns_servers": ["192.168.10.53"],
        },
        "activation": {"registration_limit": 3},
        "ssm_agent": {
            "signing_key_file": "key.asc",
            "signing_key_fingerprint": "0" * 40,
        },
        "output": {"bucket": "test-output"},
        "session": {"kms_key_arn": f"arn:aws:kms:{REGION}:{MOTO_ACCOUNT}:key/1"},
        "hosts": [{"name": "web01", "address": "192.168.10.11", "os": "ubuntu"}],
    } | changes
    return SiteParams.model_validate_json(json.dumps(raw))


@dataclass
class World:
    """
    A site in moto; `calls` are those that went through the account.
    """

    params: SiteParams
    account: Account
    calls: list[AwsCall] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        return [call.action for call in self.calls if call.mutating]


@pytest.fixture(name="world")
def _world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        ec2: Any = boto3.client("ec2", region_name=REGION)
        vpc_id = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        subnets = [
            ec2.create_subnet(
                VpcId=vpc_id,
                CidrBlock=f"10.20.{n}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("ac", 1)
        ]
        params = site_params(vpc_id, subnets)
        calls: list[AwsCall] = []
        waiting = Waiting(poll_s=0.01, timeout_s=1.0)
        yield World(params, Account("network", params, waiting, calls.append), calls)
