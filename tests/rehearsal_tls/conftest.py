"""
A site whose endpoints, resolver and forwarder are all set up, reached by real names.
"""

from __future__ import annotations

import os
import subprocess
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from closednet_rehearsal.dns.admin import install_zones
from closednet_rehearsal.settings import INBOUND_IPS, SUBNETS, VPC_ID
from tests.rehearsal_agent.operators import Operator, prepare
from tests.rehearsals import running


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.running import Running
    from closednet_rehearsal.work_dir import Tls

ROOT = Path(__file__).parents[2]
REGION = "ap-northeast-1"
PRIVATE = ("ssm", "ssmmessages", "ec2messages", "logs")
ZONES = f"{REGION}.amazonaws.com\n{REGION}.vpce.amazonaws.com\n"


@dataclass(frozen=True)
class Site:
    """
    A rehearsal with TLS, and the means to act on both its sides.
    """

    rehearsal: Running
    operator: Operator
    tls: Tls

    def client(self, service: str) -> Any:
        """
        Return a boto3 client outside, on the plain port.
        """
        return client(self.rehearsal.endpoint_url, service)

    def command(self, *command: str) -> list[str]:
        """
        Return the command line that runs a command on the site.
        """
        work_dir = os.fspath(self.rehearsal.work_dir)
        own = [sys.executable, "-m", "closednet_rehearsal", "inside"]
        return [*own, "--work-dir", work_dir, "--", *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """
        Run a command on the site to its end.
        """
        return subprocess.run(
            self.command(*command),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def python(self, text: str, *arguments: str) -> str:
        """
        Run a script on the site; return what it prints, failures included.
        """
        done = self.run(sys.executable, "-c", text, *arguments)
        return done.stdout + done.stderr

    def addresses(self, service: str) -> list[str]:
        """
        Return the addresses of a service's endpoint.
        """
        ec2 = self.client("ec2")
        wanted = [
            {"Name": "service-name", "Values": [f"com.amazonaws.{REGION}.{service}"]}
        ]
        (found,) = ec2.describe_vpc_endpoints(Filters=wanted)["VpcEndpoints"]
        shown = ec2.describe_network_interfaces(
            NetworkInterfaceIds=found["NetworkInterfaceIds"]
        )
        return [each["PrivateIpAddress"] for each in shown["NetworkInterfaces"]]


def client(url: str, service: str) -> Any:
    """
    Return a boto3 client of the network account.
    """
    session = boto3.Session("AKIAREHEARSALOPERATOR", "rehearsal", region_name=REGION)
    make: Any = session.client
    return make(service, endpoint_url=url)


@pytest.fixture(scope="session", name="started")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tls") / "rehearsal"
    with running(folder, hosts=0, options=["--tls"]) as rehearsal:
        assert rehearsal.tls is not None
        operator = prepare(rehearsal.endpoint_url)
        site = Site(rehearsal, operator, rehearsal.tls)
        _build(site)
        yield site
    pid = rehearsal.tls.namespace_pid
    assert not folder.exists()
    assert pid is None or not Path(f"/proc/{pid}").exists()


@pytest.fixture(name="site")
def _site(started: Site) -> Site:
    if started.tls.namespace_pid is None:
        pytest.skip(started.tls.reason)
    return started


def _build(site: Site) -> None:
    ec2, resolver = site.client("ec2"), site.client("route53resolver")
    subnets = [subnet.subnet_id for subnet in SUBNETS]
    for service in (*PRIVATE, "s3"):
        ec2.create_vpc_endpoint(
            VpcEndpointType="Interface",
            VpcId=VPC_ID,
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            SubnetIds=subnets,
            PrivateDnsEnabled=service != "s3",
        )
    group = ec2.create_security_group(
        GroupName="dns", Description="DNS from the site", VpcId=VPC_ID
    )
    # Resolver does not find at once what EC2 just made.
    site.operator.advance(1)
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpPermissions=[
            {
                "IpProtocol": protocol,
                "FromPort": 53,
                "ToPort": 53,
                "IpRanges": [{"CidrIp": "192.168.10.53/32"}],
            }
            for protocol in ("udp", "tcp")
        ],
    )
    resolver.create_resolver_endpoint(
        CreatorRequestId="tests",
        Direction="INBOUND",
        SecurityGroupIds=[group["GroupId"]],
        IpAddresses=[
            {"SubnetId": subnet, "Ip": ip}
            for subnet, ip in zip(subnets, INBOUND_IPS, strict=True)
        ],
    )
    site.operator.advance(5)
    _name_buckets(site)
    site.operator.advance(5)
    install_zones(site.rehearsal.work_dir, ZONES)


def _name_buckets(site: Site) -> None:
    wanted = [{"Name": "service-name", "Values": [f"com.amazonaws.{REGION}.s3"]}]
    answer = site.client("ec2").describe_vpc_endpoints(Filters=wanted)
    own = answer["VpcEndpoints"][0]["DnsEntries"][0]
    target = {
        "HostedZoneId": own["HostedZoneId"],
        "DNSName": own["DnsName"],
        "EvaluateTargetHealth": False,
    }
    route53, name = site.client("route53"), f"s3.{REGION}.amazonaws.com"
    zone = route53.create_hosted_zone(
        Name=name,
        CallerReference="tests",
        VPC={"VPCRegion": REGION, "VPCId": VPC_ID},
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
    )
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {"Name": each, "Type": "A", "AliasTarget": target},
        }
        for each in (name, f"*.{name}")
    ]
    route53.change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": changes}
    )
