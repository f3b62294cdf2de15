"""
Token buckets with the rates that AWS documents, on the rehearsal's clock.

A call takes a token; an empty bucket refuses it in the service's own words. What
AWS documents no rate for (IAM, most of Systems Manager) is never throttled here.
"""

from __future__ import annotations

import re

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.errors import Refusal


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked
    from closednet_rehearsal.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """
    How many calls fit at once, and how many more come free in a second.

    `shared` names the bucket that several operations drink from; by default each
    has its own.
    """

    capacity: float
    per_second: float
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """
    How a service says that it was asked too often.
    """

    code: str
    message: str = "Rate exceeded"
    status: int = 400


WORDS: Final = {
    "cloudwatch": Words("Throttling"),
    "ec2": Words("RequestLimitExceeded", "Request limit exceeded.", 503),
    "logs": Words("ThrottlingException"),
    "route53": Words("Throttling"),
    "route53resolver": Words("ThrottlingException"),
    "ssm": Words("ThrottlingException"),
    "sts": Words("Throttling"),
}

# Route 53 and Resolver: five requests a second in all (Route 53 quotas). Parameter
# Store: its default throughput. CloudWatch and Logs: their quotas, the lowest that
# is documented for any Region; the service model for streams. STS: its quotas.
_PARAMETERS: Final = Rate(40, 40, "GetParameter")
RATES: Final = {
    "cloudwatch:GetMetricData": Rate(50, 50),
    "cloudwatch:ListMetrics": Rate(25, 25),
    "cloudwatch:PutMetricData": Rate(500, 500),
    "logs:CreateLogGroup": Rate(10, 10),
    "logs:CreateLogStream": Rate(50, 50),
    "logs:DescribeLogGroups": Rate(10, 10),
    "logs:DescribeLogStreams": Rate(25, 25),
    "logs:FilterLogEvents": Rate(5, 5),
    "route53:*": Rate(5, 5, "all"),
    "route53resolver:*": Rate(5, 5, "all"),
    "ssm:GetParameter": _PARAMETERS,
    "ssm:GetParameters": _PARAMETERS,
    "ssm:GetParametersByPath": _PARAMETERS,
    "ssm:PutParameter": Rate(3, 3),
    "sts:*": Rate(600, 600, "all"),
}

# EC2 gives each operation a bucket of its own, by what it does (EC2 developer
# guide, request throttling); its shorter list of exceptions is left out.
_READS: Final = re.compile(r"^(Describe|Get|List|Search)")
EC2_READS: Final = Rate(100, 20)
EC2_WRITES: Final = Rate(50, 5)


# One bucket for all Regions.
GLOBAL: Final = frozenset({"route53"})

# What adding up small steps of a large number of seconds loses.
NEARLY: Final = 1e-4


def rate_of(service: str, operation: str) -> Rate | None:
    """
    Return the rate of an operation, or None where AWS documents none.
    """
    if service == "ec2":
        return EC2_READS if _READS.match(operation) else EC2_WRITES
    return RATES.get(f"{service}:{operation}", RATES.get(f"{service}:*"))


@dataclass(slots=True)
class Bucket:
    """
    The tokens that were left, and when that was.
    """

    tokens: float
    at: float

    def take(self, rate: Rate, now: float, pace: float) -> bool:
        """
        Take a token if there is one; `pace` is how much faster tokens come back.
        """
        gained = max(0.0, now - self.at) * rate.per_second * pace
        self.tokens, self.at = min(rate.capacity, self.tokens + gained), now
        if self.tokens < 1 - NEARLY:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Throttle:
    """
    The buckets of all accounts.
    """

    clock: Clock
    pace: float = 1.0
    buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)

    def check(self, asked: Asked, account: str) -> None:
        """
        Refuse a call for which its bucket has no token.
        """
        rate = rate_of(asked.service, asked.operation)
        if rate is None:
            return
        region = "" if asked.service in GLOBAL else asked.region
        key = (account, region, asked.service, rate.shared or asked.operation)
        now = self.clock.now()
        bucket = self.buckets.setdefault(key, Bucket(rate.capacity, now))
        if not bucket.take(rate, now, self.pace):
            words = WORDS[asked.service]
            raise Refusal(words.code, words.message, words.status)
