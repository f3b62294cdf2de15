"""
What goes beyond a quota is refused by AWS's names, and Service Quotas agrees.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.surroundings import Surroundings
from closednet.errors import AwsError
from closednet.model import network_design
from closednet_rehearsal.quotas import Quotas
from closednet_rehearsal.settings import NETWORK_ACCOUNT, REGION, SUBNETS, VPC_ID
from tests.rehearsal_aws.refusals import refusal
from tests.rehearsal_aws.sites import account_of, site_of
from tests.rehearsal_aws.test_identity import TRUST


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws, Control

FULL = "The maximum number of VPC endpoints has been reached."


@pytest.fixture(name="limit")
def _limit(server: Server, control: Control) -> Iterator[Callable[..., None]]:
    def limit(**quotas: int) -> None:
        for name, value in quotas.items():
            assert {name: value} == control.post("quota", name=name, value=value)

    yield limit
    server.world.quotas = Quotas()


def policy(characters: int) -> str:
    """
    Return a policy of about that many characters.
    """
    resource = f"arn:aws:s3:::{'x' * characters}"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_interface_endpoints_per_vpc(
    network: Aws,
    create: Callable[..., dict[str, Any]],
    gateway: Callable[[], str],
    limit: Callable[..., None],
) -> None:
    limit(interface_endpoints_per_vpc=1, gateway_endpoints_per_region=0)
    create("ssm")
    told = network.client("service-quotas").get_service_quota(
        ServiceCode="vpc", QuotaCode="L-29B6F2EB"
    )["Quota"]["Value"]

    assert ("VpcEndpointLimitExceeded", FULL) == refusal(create, service="kms")
    assert ("VpcEndpointLimitExceeded", FULL) == refusal(gateway)
    assert 1.0 == told


def test_the_product_knows_the_quota_and_says_what_to_do(
    server: Server, limit: Callable[..., None], ec2: Any, control: Control
) -> None:
    account = account_of(server, "network", server.world.clock)
    groups, params = SecurityGroups(account), site_of(server)
    specs = network_design.security_groups(params)
    for spec in specs:
        groups.create(spec)
    limit(interface_endpoints_per_vpc=0)
    (first, *_) = network_design.interface_endpoints(params)
    with pytest.raises(AwsError) as caught:
        InterfaceEndpoints(account, groups).create(first)
    known = Surroundings(account).endpoint_quota()
    for each in ec2.describe_security_groups()["SecurityGroups"]:
        if each["GroupName"].startswith("closednet-"):
            ec2.delete_security_group(GroupId=each["GroupId"])
    control.advance()

    assert "VpcEndpointLimitExceeded" == caught.value.code
    assert "have the quota of interface endpoints per VPC raised" == caught.value.hint
    assert 0 == known


def test_security_groups(
    ec2: Any,
    create: Callable[..., dict[str, Any]],
    group: str,
    limit: Callable[..., None],
) -> None:
    rules = [{"CidrIp": f"10.0.{n}.0/24"} for n in range(61)]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": rules}
    limit(security_groups_per_region=2)
    asked = {"GroupName": "more", "Description": "d", "VpcId": VPC_ID}
    many = refusal(ec2.create_security_group, **asked)
    long = refusal(
        ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule]
    )
    crowded, _ = refusal(create, service="ssm", SecurityGroupIds=6 * [group])

    text = "The maximum number of security groups for VPC '{}' has been reached."
    assert ("SecurityGroupLimitExceeded", text.format(VPC_ID)) == many
    text = "The maximum number of rules per security group has been reached."
    assert ("RulesPerSecurityGroupLimitExceeded", text) == long
    assert "SecurityGroupsPerInterfaceLimitExceeded" == crowded


def test_resolver_endpoints_and_their_addresses(
    unchecked: Aws, group: str, limit: Callable[..., None], control: Control
) -> None:
    resolver = unchecked.client("route53resolver")
    two = [{"SubnetId": subnet.subnet_id} for subnet in SUBNETS]
    asked = {"Direction": "INBOUND", "SecurityGroupIds": [group]}

    def create(label: str, addresses: list[dict[str, str]]) -> Any:
        return resolver.create_resolver_endpoint(
            CreatorRequestId=label, Name=label, IpAddresses=addresses, **asked
        )

    crowded = refusal(create, label="q", addresses=4 * two)
    alone = refusal(create, label="q", addresses=two[:1])
    limit(resolver_endpoints_per_region=1)
    made = create("q", two)
    full = refusal(create, label="r", addresses=two)
    resolver.delete_resolver_endpoint(ResolverEndpointId=made["ResolverEndpoint"]["Id"])
    control.advance()

    account = f"Account '{NETWORK_ACCOUNT}' has exceeded"
    assert "LimitExceededException" == crowded[0]
    assert (
        "InvalidRequestException",
        "[RSLVR-00400] Resolver endpoint need to have at least 2 IP addresses.",
    ) == alone
    assert ("LimitExceededException", f"{account} 'max-endpoints'") == full


def test_hosted_zones_and_changes(network: Aws, limit: Callable[..., None]) -> None:
    route53 = network.client("route53")
    limit(hosted_zones=1, changes_per_batch=3)
    zone = {
        "Name": "q.test",
        "VPC": {"VPCRegion": REGION, "VPCId": VPC_ID},
        "HostedZoneConfig": {"PrivateZone": True},
    }
    made = route53.create_hosted_zone(CallerReference="q1", **zone)["HostedZone"]["Id"]
    full = refusal(
        route53.create_hosted_zone, CallerReference="q2", **zone | {"Name": "r.test"}
    )
    record = {
        "Name": "a.q.test",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.0.0.1"}],
    }
    changes = 2 * [{"Action": "UPSERT", "ResourceRecordSet": record}]
    long = refusal(
        route53.change_resource_record_sets,
        HostedZoneId=made,
        ChangeBatch={"Changes": changes},
    )
    route53.delete_hosted_zone(Id=made)

    text = (
        "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones."
    )
    assert ("TooManyHostedZones", text) == full
    assert (
        "InvalidChangeBatch",
        "Number of records limit of 3 exceeded.",
    ) == long


def test_iam(management: Aws, limit: Callable[..., None]) -> None:
    iam = management.client("iam")
    trust = {"AssumeRolePolicyDocument": TRUST}
    iam.create_role(RoleName="q", **trust)
    iam.create_user(UserName="q")
    limit(roles=len(iam.list_roles()["Roles"]), policies_per_role=1)
    core = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    other = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    iam.attach_role_policy(RoleName="q", PolicyArn=core)
    inline = {"PolicyName": "p", "PolicyDocument": policy(10_240)}
    keys = [iam.create_access_key(UserName="q")["AccessKey"] for _ in range(2)]
    seen = [
        refusal(iam.create_role, RoleName="r", **trust),
        refusal(iam.attach_role_policy, RoleName="q", PolicyArn=other),
        refusal(iam.put_role_policy, RoleName="q", **inline),
        refusal(iam.put_user_policy, UserName="q", **inline),
        refusal(iam.create_access_key, UserName="q"),
    ]
    conflict = refusal(iam.delete_user, UserName="q")
    attached = refusal(iam.delete_role, RoleName="q")
    for key in keys:
        iam.delete_access_key(UserName="q", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="q")
    iam.detach_role_policy(RoleName="q", PolicyArn=core)
    iam.delete_role(RoleName="q")

    assert {"LimitExceeded"} == {code for code, _ in seen}
    assert [
        f"Cannot exceed quota for RolesPerAccount: {2}",
        "Cannot exceed quota for PoliciesPerRole: 1",
        "Maximum policy size of 10240 bytes exceeded for role q",
        "Maximum policy size of 2048 bytes exceeded for user q",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    ] == [message for _, message in seen]
    text = "Cannot delete entity, must delete access keys first."
    assert ("DeleteConflict", text) == conflict
    text = "Cannot delete entity, must detach all policies first."
    assert ("DeleteConflict", text) == attached


def test_parameters(management: Aws) -> None:
    ssm = management.client("ssm")
    asked = {"Name": "q", "Type": "String"}
    long = refusal(ssm.put_parameter, **asked, Value="x" * 4097)
    nested = refusal(ssm.put_parameter, **asked, Value="{{ssm:other}}")

    assert "ValidationException" == long[0] == nested[0]
    text = "Standard tier parameters support a maximum parameter value of 4096"
    assert long[1].startswith(text)
    assert nested[1].startswith("Parameter value can't nest another parameter.")
