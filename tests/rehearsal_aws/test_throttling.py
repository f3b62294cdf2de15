"""
Asking too often is refused in each service's words, and lived with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from botocore import xform_name
from botocore.exceptions import ClientError

from closednet.aws.account import Account
from closednet.aws.zones import HostedZones
from closednet.errors import AwsThrottled
from closednet.waiting import Waiting
from closednet_rehearsal.calls import Asked
from closednet_rehearsal.settings import NETWORK_ACCOUNT, REGION, VPC_ID
from closednet_rehearsal.throttling import RATES, WORDS, Bucket, Rate, rate_of
from tests.rehearsal_aws.sites import site_of


if TYPE_CHECKING:
    from closednet_rehearsal.clock import Clock
    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws, Control


@dataclass(frozen=True)
class Call:
    """
    An operation, and how it is refused if it is asked for too often.
    """

    service: str
    operation: str
    params: dict[str, Any]
    code: str
    message: str = "Rate exceeded"
    status: int = 400

    def outcome(self, aws: Aws) -> tuple[Any, ...]:
        """
        Return code, message and HTTP status of a call; nothing if it passed.
        """
        client = aws.client(self.service)
        try:
            getattr(client, xform_name(self.operation))(**self.params)
        except ClientError as error:
            refused = error.response
            status = refused["ResponseMetadata"]["HTTPStatusCode"]
            return refused["Error"]["Code"], refused["Error"]["Message"], status
        return ()


# Eight retries: botocore counts the first call apart.
TRIES = 9
EC2 = ("RequestLimitExceeded", "Request limit exceeded.", 503)
GROUP = {"GroupName": "n", "Description": "d", "VpcId": VPC_ID, "DryRun": True}
PARAMETER = {"Name": "n", "Value": "v", "Type": "String", "Overwrite": True}
ZONES = Call("route53", "ListHostedZones", {}, "Throttling")
CALLS = (
    ZONES,
    Call("route53resolver", "ListResolverEndpoints", {}, "ThrottlingException"),
    Call("ssm", "PutParameter", PARAMETER, "ThrottlingException"),
    Call("logs", "FilterLogEvents", {"logGroupName": "n"}, "ThrottlingException"),
    Call("cloudwatch", "ListMetrics", {}, "Throttling"),
    Call("ec2", "CreateSecurityGroup", GROUP, *EC2),
    Call("ec2", "DescribeVpcs", {}, *EC2),
    Call("sts", "GetCallerIdentity", {}, "Throttling"),
)


def drained(server: Server, call: Call, left: int) -> Rate:
    """
    Take all tokens of a call's bucket but `left`, and return its rate.
    """
    rate = rate_of(call.service, call.operation)
    assert rate is not None
    asked = Asked(call.service, call.operation, REGION, "", signed=True, natural_key="")
    for _ in range(int(rate.capacity) - left):
        server.world.throttle.check(asked, NETWORK_ACCOUNT)
    return rate


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_a_burst_beyond_the_rate_is_refused(
    server: Server, network: Aws, at_aws: Clock, call: Call
) -> None:
    rate = drained(server, call, left=2)
    fitting = [call.outcome(network), call.outcome(network)]
    refused = call.outcome(network)
    at_aws.advance(1 / rate.per_second)
    later = call.outcome(network)

    assert (call.code, call.message, call.status) == refused
    assert call.code not in {seen[0] for seen in (*fitting, later) if seen}


def test_every_rate_has_words_and_each_account_its_own_buckets(
    network: Aws, management: Aws, at_aws: Clock
) -> None:
    del at_aws
    seen = [ZONES.outcome(aws) for aws in (network, management) for _ in range(6)]

    assert {name.split(":")[0] for name in RATES} <= set(WORDS)
    assert [5, 11] == [n for n, each in enumerate(seen) if each]


def test_no_documented_rate_no_refusal(network: Aws, at_aws: Clock) -> None:
    del at_aws
    call = Call("iam", "ListUsers", {}, "")
    seen = [call.outcome(network) for _ in range(20)]

    assert {()} == set(seen)
    assert rate_of("ssm", "SendCommand") is None


def test_a_bucket_never_holds_more_than_fits() -> None:
    bucket, rate = Bucket(2.0, 0.0), Rate(2, 1)
    taken = [bucket.take(rate, now, 1.0) for now in (0, 0, 0, 1, 1, 100, 100, 100)]

    assert [True, True, False, True, False, True, True, False] == taken


def test_thirty_questions_to_route_53_take_five_seconds(
    server: Server, at_aws: Clock, sleeps: list[float]
) -> None:
    """Nothing sleeps but the clients' own retries; nothing is lost."""
    zones = HostedZones(Account("network", site_of(server), Waiting()))
    start = at_aws.now()
    seen = [zones.associated(VPC_ID) for _ in range(30)]

    assert 30 * [{}] == seen
    assert sleeps
    assert 5.0 <= at_aws.now() - start <= 120.0


def test_throttled_for_good_ends_with_the_next_move(
    server: Server, control: Control, sleeps: list[float]
) -> None:
    control.post(
        "fault", operation="ListHostedZonesByVPC", error="Throttling", times=TRIES
    )
    zones = HostedZones(Account("network", site_of(server), Waiting()))
    with pytest.raises(AwsThrottled) as caught:
        zones.associated(VPC_ID)

    assert TRIES - 1 == len(sleeps)
    assert "wait a few minutes" in caught.value.hint


def test_a_throttled_look_is_taken_again(at_aws: Clock) -> None:
    answers: list[Any] = [AwsThrottled("no"), None, AwsThrottled("no"), "there"]

    def look() -> str | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer) if answer else None

    waiting = Waiting(5.0, 60.0, sleep=at_aws.advance, clock=at_aws.now)
    start = at_aws.now()

    assert "there" == waiting.until(look, what="it")
    assert 15.0 == pytest.approx(at_aws.now() - start)
