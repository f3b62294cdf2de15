"""
Unmodified clients on the site: real names, real addresses, no endpoint override.
"""

from __future__ import annotations

import json
import subprocess
import sys

from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.settings import SUBNETS, VPC_ID
from tests.rehearsal_tls.conftest import REGION, ROOT
from tests.tools import tool


if TYPE_CHECKING:
    from tests.rehearsal_tls.conftest import Site

pytestmark = pytest.mark.debian

BOTO3 = """
import boto3, sys
from botocore.config import Config
keys = dict(aws_access_key_id="AKIAREHEARSALOPERATOR", aws_secret_access_key="rehearsal")
config = Config(retries={"total_max_attempts": 1}, connect_timeout=5)
for asked in sys.argv[1:]:
    service, operation = asked.split(".")
    client = boto3.client(service, config=config, **keys)
    try:
        answer = getattr(client, operation)()
        print(client.meta.endpoint_url, answer["ResponseMetadata"]["HTTPStatusCode"])
    except Exception as error:
        print(service, type(error).__name__)
"""
LOOK_UP = """
import sys, dns.message, dns.query
for ask in (dns.query.udp, dns.query.tcp):
    for server in sys.argv[2:]:
        answer = ask(dns.message.make_query(sys.argv[1], "A"), server, 5)
        print(sorted(item.to_text() for rrset in answer.answer for item in rrset))
"""
CONNECT = """
import socket, sys
for place in sys.argv[1:]:
    address, port = place.split(":")
    try:
        socket.create_connection((address, int(port)), 5)
        print("connected")
    except OSError as error:
        print(error.strerror)
"""
# A reset reaches curl before, in or after its handshake.
NO_ANSWER = frozenset({7, 28, 35, 52, 56})
SSM = f"ssm.{REGION}.amazonaws.com"


@pytest.fixture(name="curl", scope="module")
def _curl() -> str:
    return tool("curl", "curl")


def test_boto3_needs_no_endpoint_url(site: Site) -> None:
    """And a service without an endpoint is out of reach, as it would be."""
    asked = {
        "ssm": "describe_instance_information",
        "logs": "describe_log_groups",
        "s3": "list_buckets",
        "sts": "get_caller_identity",
        "ec2": "describe_vpcs",
    }
    told = site.python(BOTO3, *(f"{name}.{does}" for name, does in asked.items()))

    assert [
        *(f"https://{name}.{REGION}.amazonaws.com 200" for name in list(asked)[:3]),
        "sts EndpointConnectionError",
        "ec2 EndpointConnectionError",
    ] == told.splitlines()


def test_an_endpoint_that_is_deleted_is_out_of_reach(site: Site, curl: str) -> None:
    ec2, name = site.client("ec2"), f"kms.{REGION}.amazonaws.com"
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=VPC_ID,
        ServiceName=f"com.amazonaws.{REGION}.kms",
        SubnetIds=[SUBNETS[0].subnet_id],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]
    site.operator.advance(5)
    available = site.run(curl, "-sS", f"https://{name}")
    (address,) = site.addresses("kms")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    site.operator.advance(5)
    gone = site.run(curl, "-sS", f"https://{name}")
    named = f"{name}:443:{address}"
    stale = site.run(curl, "-sS", "--resolve", named, f"https://{name}")

    assert (0, 7) == (available.returncode, gone.returncode)
    assert stale.returncode in NO_ANSWER


def test_curl_sees_what_the_guide_says(site: Site, curl: str) -> None:
    """AWS's own test of the way: whoever reads this error is through."""
    done = site.run(curl, "-sS", f"https://{SSM}")

    assert "UnknownOperationException" in done.stdout
    assert 0 == done.returncode


def test_buckets_have_names_of_their_own(site: Site, curl: str) -> None:
    bucket = f"amazon-ssm-{REGION}.s3.{REGION}.amazonaws.com"
    done = site.run(curl, "-sSf", f"https://{bucket}/latest/VERSION")
    dotted = site.run(curl, "-sS", f"https://a.{bucket}/")

    assert (0, "3.3.") == (done.returncode, done.stdout[:4])
    assert 60 == dotted.returncode


def test_an_address_belongs_to_one_service(site: Site, curl: str) -> None:
    """A record that leads to the wrong endpoint shows in the certificate."""
    named = f"{SSM}:443:{site.addresses('logs')[0]}"
    done = site.run(curl, "-sS", "--resolve", named, f"https://{SSM}")

    assert 60 == done.returncode
    assert "certificate" in done.stderr


def test_nobody_trusts_the_authority_unasked(site: Site, curl: str) -> None:
    done = site.run(
        "env",
        "-u",
        "SSL_CERT_FILE",
        "-u",
        "CURL_CA_BUNDLE",
        curl,
        "-sS",
        f"https://{SSM}",
    )

    assert 60 == done.returncode


def test_an_address_without_endpoint_answers_nothing(site: Site, curl: str) -> None:
    done = site.run(curl, "-sS", "-m", "5", "https://10.20.1.250")

    assert done.returncode in NO_ANSWER


def test_both_name_servers_answer_on_their_addresses(site: Site) -> None:
    private = sorted(site.addresses("ssm"))
    told = site.python(LOOK_UP, SSM, "192.168.10.53", "10.20.1.10", "10.20.2.10")
    public = site.python(LOOK_UP, f"sts.{REGION}.amazonaws.com", "192.168.10.53")

    assert 6 * [str(private)] == told.splitlines()
    assert "198.51.100." in public


def test_there_is_no_way_out(site: Site) -> None:
    """Nor back to the port of the rehearsal, which an override would name."""
    own = site.rehearsal.endpoint_url.removeprefix("http://")
    places = ["8.8.8.8:53", "198.51.100.7:443", "169.254.169.254:80", own]
    told = site.python(CONNECT, *places)

    assert [*["Network is unreachable"] * 3, "Connection refused"] == told.splitlines()


def test_an_agent_joins_by_real_names(site: Site) -> None:
    activation = json.dumps(dict(site.operator.activate()))
    script = (sys.executable, "-m", "tests.rehearsal_tls.joining")
    command = site.command(*script, site.tls.ca_file, activation)
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        node_id = process.stdout.readline().strip()
        site.operator.advance(4)
        ssm = site.operator.ssm
        sent = ssm.send_command(
            DocumentName="AWS-RunShellScript",
            InstanceIds=[node_id],
            Parameters={"commands": ["true"]},
        )
        rest = process.stdout.read()
    site.operator.advance(1)
    command_id = sent["Command"]["CommandId"]
    result = ssm.get_command_invocation(CommandId=command_id, InstanceId=node_id)

    assert (0, "agent_job_reply_ack\n") == (process.returncode, rest)
    assert "from the site\n" == result["StandardOutputContent"]
    assert "connected" == ssm.get_connection_status(Target=node_id)["Status"]


def test_the_working_directory_and_the_exit_code_pass_through(site: Site) -> None:
    done = site.run("sh", "-c", "pwd; exit 7")

    assert (f"{ROOT}\n", 7) == (done.stdout, done.returncode)
