"""
What AWS does late, at AWS's own pace: nothing here waits but the rehearsal's clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from closednet_rehearsal.settings import REGION
from tests.rehearsal_aws.refusals import refusal
from tests.rehearsal_aws.test_identity import TRUST, identity


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.clock import Clock
    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws

TIER = "/ssm/managed-instance/activation-tier"
HOST = {"Name": "host", "Value": "web01"}
TIER_ARN = f"arn:aws:ssm:{REGION}:222222222222:servicesetting{TIER}"


def test_a_new_endpoint_is_not_found_then_pending_then_available(
    ec2: Any, create: Callable[..., dict[str, Any]], at_aws: Clock
) -> None:
    at_aws.advance(20)
    endpoint_id = create("ssm")["VpcEndpointId"]
    asked = {"VpcEndpointIds": [endpoint_id]}
    code, message = refusal(ec2.describe_vpc_endpoints, **asked)
    listed = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    states = []
    for seconds in (10, 100, 10):
        at_aws.advance(seconds)
        (found,) = ec2.describe_vpc_endpoints(**asked)["VpcEndpoints"]
        states.append(found["State"])

    assert "InvalidVpcEndpointId.NotFound" == code
    assert f"The Vpc Endpoint Id '{endpoint_id}' does not exist" == message
    assert [] == listed
    assert ["pending", "pending", "available"] == states


def test_a_new_group_is_not_found_by_any_call(
    ec2: Any, at_aws: Clock, group: str
) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    calls = (
        (ec2.describe_security_groups, {"GroupIds": [group]}),
        (
            ec2.authorize_security_group_ingress,
            {"GroupId": group, "IpPermissions": [rule]},
        ),
        (ec2.create_tags, {"Resources": [group], "Tags": [{"Key": "k", "Value": "v"}]}),
    )
    seen = {refusal(call, **params) for call, params in calls}
    at_aws.advance(10)

    assert {
        ("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    } == seen
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]


@pytest.fixture(name="role")
def _role(management: Aws, at_aws: Clock) -> Iterator[str]:
    del at_aws
    iam = management.client("iam")
    iam.create_role(RoleName="late", AssumeRolePolicyDocument=TRUST)
    yield "late"
    iam.delete_role(RoleName="late")


def test_a_new_role_is_unknown_to_iam_and_longer_to_others(
    management: Aws, at_aws: Clock, role: str
) -> None:
    iam, ssm = management.client("iam"), management.client("ssm")
    unknown = refusal(iam.get_role, RoleName=role)
    at_aws.advance(10)
    found = iam.get_role(RoleName=role)["Role"]["RoleName"]
    unusable = refusal(ssm.create_activation, IamRole=role)
    at_aws.advance(10)
    made = ssm.create_activation(IamRole=role)["ActivationId"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=TRUST)
    changed, _ = refusal(ssm.create_activation, IamRole=role)
    ssm.delete_activation(ActivationId=made)

    assert ("NoSuchEntity", f"The role with name {role} cannot be found.") == unknown
    assert role == found
    text = "Nonexistent role or missing ssm service principal in trust policy: "
    arn = f"arn:aws:iam::222222222222:role/{role}"
    assert "ValidationException" == unusable[0]
    assert unusable[1].startswith(text + arn)
    assert "ValidationException" == changed


def test_a_new_role_cannot_be_assumed_at_once(
    management: Aws, at_aws: Clock, role: str
) -> None:
    trust = TRUST.replace('"Service": "ssm.amazonaws.com"', '"AWS": "*"')
    iam, sts = management.client("iam"), management.client("sts")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust)
    asked = {"RoleArn": f"arn:aws:iam::222222222222:role/{role}"}
    code, message = refusal(sts.assume_role, **asked, RoleSessionName="late")
    at_aws.advance(20)

    assert "AccessDenied" == code
    assert "is not authorized to perform: sts:AssumeRole on resource:" in message
    assert sts.assume_role(**asked, RoleSessionName="late")["Credentials"]


def test_a_new_key_is_unknown_at_first(
    management: Aws, server: Server, at_aws: Clock
) -> None:
    iam = management.client("iam")
    iam.create_user(UserName="late")
    unknown = refusal(iam.get_user, UserName="late")
    key = iam.create_access_key(UserName="late")["AccessKey"]
    sts = identity(server, key)
    code, message = refusal(sts.get_caller_identity)
    at_aws.advance(10)
    arn = sts.get_caller_identity()["Arn"]
    iam.delete_access_key(UserName="late", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="late")

    assert ("NoSuchEntity", "The user with name late cannot be found.") == unknown
    assert "InvalidClientTokenId" == code
    assert "The security token included in the request is invalid." == message
    assert "arn:aws:iam::222222222222:user/late" == arn


def test_a_service_setting_is_pending_for_minutes(
    management: Aws, at_aws: Clock
) -> None:
    ssm = management.client("ssm")

    def status() -> str:
        setting = ssm.get_service_setting(SettingId=TIER)["ServiceSetting"]
        return str(setting["Status"])

    ssm.update_service_setting(SettingId=TIER_ARN, SettingValue="advanced")
    pending = status()
    code, message = refusal(
        ssm.update_service_setting, SettingId=TIER_ARN, SettingValue="standard"
    )
    at_aws.advance(300)
    customised = status()
    ssm.reset_service_setting(SettingId=TIER_ARN)
    at_aws.advance(300)

    assert ("PendingUpdate", "Customized", "Default") == (pending, customised, status())
    assert "TooManyUpdates" == code
    assert message.startswith(f"An update of {TIER} is pending")


def test_a_new_metric_is_listed_a_quarter_of_an_hour_later(
    management: Aws, at_aws: Clock
) -> None:
    cloudwatch = management.client("cloudwatch")
    now = datetime.now(UTC)
    metric = {"Namespace": "late", "MetricName": "m", "Dimensions": [HOST]}
    datum = {"MetricName": "m", "Dimensions": [HOST], "Value": 1.0, "Timestamp": now}
    stat = {"Metric": metric, "Period": 60, "Stat": "Average"}
    cloudwatch.put_metric_data(Namespace="late", MetricData=[datum])
    at_aws.advance(899)
    early = cloudwatch.list_metrics(Namespace="late")["Metrics"]
    (values,) = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
    )["MetricDataResults"]
    at_aws.advance(1)

    assert [] == early
    assert [1.0] == values["Values"]
    assert [metric] == cloudwatch.list_metrics(Namespace="late")["Metrics"]


def test_a_new_log_event_is_found_seconds_later(management: Aws, at_aws: Clock) -> None:
    logs = management.client("logs")
    where = {"logGroupName": "late", "logStreamName": "s"}
    logs.create_log_group(logGroupName="late")
    logs.create_log_stream(**where)
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": "m"}
    logs.put_log_events(**where, logEvents=[event])
    early = logs.filter_log_events(logGroupName="late")["events"]
    at_aws.advance(10)
    late = logs.filter_log_events(logGroupName="late")["events"]
    logs.delete_log_group(logGroupName="late")

    assert ([], ["m"]) == (early, [each["message"] for each in late])
