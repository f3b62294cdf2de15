"""
What botocore raises, translated once into errors that say the next move.
"""

from __future__ import annotations

import time

from email.utils import parsedate_to_datetime
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
)

from closednet.aws import denials, error_causes
from closednet.errors import AwsDenied, AwsError, AwsThrottled
from closednet.model.causes import find
from closednet.redact import redact


DENIED: Final = frozenset(
    {
        # The answer to a HEAD has no body, and nothing but its status.
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "UnauthorizedOperation",
    }
)
THROTTLED: Final = frozenset(
    {
        "ConcurrentModification",
        "ConcurrentModificationException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
HINTS: Final = {
    "DependencyViolation": "something still uses it; find and remove that first",
    "IdempotentParameterMismatch": "AWS remembers an earlier request of this"
    " runbook with other parameters: raise `generation` in the parameters by one",
    "InvalidClientTokenId": "these credentials are unknown to AWS: log in again",
    "SignatureDoesNotMatch": "check the secret key, and the clock of this machine",
    "HostedZoneNotEmpty": "somebody added records to the zone: have them removed first",
    "LimitExceeded": "have the quota named in the message raised, or make room for it",
    "RulesPerSecurityGroupLimitExceeded": "join neighbouring blocks of addresses in the"
    " parameters, or have the quota of rules per security group raised",
    "SecurityGroupLimitExceeded": "have the quota of security groups raised",
    "SecurityGroupsPerInterfaceLimitExceeded": "have the quota of security groups per"
    " network interface raised",
    "TooManyHostedZones": "have the quota of hosted zones per account raised",
    "VpcEndpointLimitExceeded": "have the quota of interface endpoints per VPC raised",
    "LimitExceededException": "have the quota named in the message raised",
    "ConflictingDomainExists": "the VPC is associated with another zone of this name:"
    " have its owner remove it or the association",
}
# Codes that AWS uses for many things: the text tells which.
TEXT_HINTS: Final = {
    "conflicting DNS domain": "another endpoint with private DNS, or a private hosted"
    " zone, answers this name in the VPC: have its owner remove it or its association",
    "does not support the availability zone": "name subnets in zones where the service"
    " is offered (notebook 00 lists them), or drop the service",
    "must have a gateway endpoint": "make the S3 gateway endpoint first, or choose"
    " `private-hosted-zone` in name_resolution.s3",
    "enableDnsSupport and enableDnsHostnames": "have both DNS attributes of the VPC"
    " switched on",
    "missing ssm service principal in trust policy": "compare the role's trust policy"
    " with the plan of this step; a role that was just made is known to Systems"
    " Manager a minute later",
    "maximum parameter value of 4096": "shorten the configuration of the CloudWatch"
    " agent, or put it into files",
}
# What AWS answers to a signature of another time, among other reasons.
UNTIMELY: Final = frozenset(
    {
        *("InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed"),
        "SignatureDoesNotMatch",
    }
)
MOST_SKEW_S: Final = 300
LONGEST_MESSAGE: Final = 500


def translate(
    err: Exception, operation: str, subject: str = "", account: str = ""
) -> AwsError:
    """
    Return the error of ours for what botocore raised in `operation`.

    `account` is the part that the account plays: `network` or `management`.
    """
    where = f"{operation} on {subject}" if subject else operation
    if isinstance(err, ClientError):
        return _refused(err, operation, where, account)
    return AwsError(
        f"{where}: {_short(str(err))}", operation=operation, hint=_local_hint(err)
    )


def _refused(err: ClientError, operation: str, where: str, account: str) -> AwsError:
    code = str(err.response.get("Error", {}).get("Code", "Unknown"))
    code = code.removeprefix("Client.")
    said = str(err.response.get("Error", {}).get("Message", ""))
    text = _short(said)
    request_id = str(err.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if err.operation_name == "AssumeRole" and operation != "sts:AssumeRole":
        operation, where = "sts:AssumeRole", f"sts:AssumeRole before {where}"
    cls, hint = _verdict(code, text)
    skew = _skew_s(err) if code in UNTIMELY else 0.0
    if abs(skew) >= MOST_SKEW_S:
        finding = find("operator-clock-wrong", f"AWS's clock shows {skew:+.0f} s")
        raised = AwsError(
            f"{where}: {code}: {text}",
            operation=operation,
            code=code,
            request_id=request_id,
            hint=finding.text,
        )
        return raised.because([finding.cause])
    diagnosis = error_causes.of_code(code, operation, text)
    if cls is AwsDenied:
        denial = denials.read(said, operation)
        diagnosis, hint = error_causes.of_denial(denial), redact(denial.hint(account))
    return cls(
        f"{where}: {code}: {text}",
        operation=operation,
        code=code,
        request_id=request_id,
        hint=hint or diagnosis.text,
    ).because(diagnosis.causes, diagnosis.left_open)


def _skew_s(err: ClientError) -> float:
    """
    Return how far AWS's clock, as its answer tells it, is ahead of this machine's.
    """
    headers = err.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        told = parsedate_to_datetime(str(headers.get("date", "")))
    except ValueError:
        return 0.0
    return told.timestamp() - time.time()


def _verdict(code: str, text: str) -> tuple[type[AwsError], str]:
    if code in DENIED:
        return AwsDenied, ""
    if code in THROTTLED:
        return AwsThrottled, "wait a few minutes, then run this step again"
    if code in EXPIRED:
        return AwsError, "the credentials expired: log in again, then run this again"
    by_text = (hint for words, hint in TEXT_HINTS.items() if words in text)
    return AwsError, HINTS.get(code, next(by_text, ""))


def _local_hint(err: Exception) -> str:
    match err:
        case SSOError():
            return "the session of AWS IAM Identity Center is over: run `aws sso login`"
        case NoCredentialsError() | ProfileNotFound():
            return "set accounts.*.profile in the parameters, or log in first"
        case EndpointConnectionError() | HTTPClientError():
            return (
                "this machine does not reach the service's API: check its route,"
                " proxy and connection.endpoint_url"
            )
        case BotoCoreError():
            return "the request was not sent; the message says why"
        case _:
            return ""


def _short(text: str) -> str:
    clean = redact(" ".join(text.split()))
    if len(clean) <= LONGEST_MESSAGE:
        return clean
    return clean[:LONGEST_MESSAGE] + "…"
