"""
Causes that AWS's own refusal singles out: by its code, and by its sentence.

A refusal that fits several causes names none: they are left open. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.causes import Diagnosis, find


if TYPE_CHECKING:
    from closednet.aws.denials import Denial


IDENTITY: Final = "identity-based policy"
PASSING: Final = "iam:PassRole"
ASSUME: Final = "sts:AssumeRole"
# Which kind of policy AWS names as the one that lacks or denies.
KINDS: Final = {
    "service control policy": "organisation-denies",
    "resource control policy": "organisation-denies",
    "permissions boundary": "operator-boundary",
    "session policy": "operator-session-policy",
    "resource-based policy": "resource-policy-denies",
    "VPC endpoint policy": "endpoint-policy-stops-operator",
}
CODES: Final = {
    "ExpiredToken": "credentials-expired",
    "ExpiredTokenException": "credentials-expired",
    "RequestExpired": "operator-clock-wrong",
    "RequestTimeTooSkewed": "operator-clock-wrong",
    "RequestLimitExceeded": "api-throttled",
    "SlowDown": "api-throttled",
    "ThrottledException": "api-throttled",
    "Throttling": "api-throttled",
    "ThrottlingException": "api-throttled",
    "TooManyRequestsException": "api-throttled",
    "SecurityGroupLimitExceeded": "quota-of-security-groups",
    "TooManyHostedZones": "quota-of-hosted-zones",
    "VpcEndpointLimitExceeded": "quota-of-endpoints",
}
# Codes that mean something only of one operation.
OF_OPERATION: Final = {
    ("LimitExceededException", "route53resolver:CreateResolverEndpoint"): (
        "quota-of-resolver-endpoints"
    ),
    ("ResourceLimitExceeded", "route53resolver:CreateResolverEndpoint"): (
        "quota-of-resolver-endpoints"
    ),
    ("LimitExceeded", "iam:CreateRole"): "quota-of-roles",
    ("InvalidDocument", "ssm:SendCommand"): "document-not-there",
    ("InvalidDocument", "ssm:CreateAssociation"): "document-not-there",
}
OPEN: Final = {
    "AuthFailure": ("credentials-unknown", "region-not-enabled"),
    "InvalidClientTokenId": ("credentials-unknown", "region-not-enabled"),
    "SignatureDoesNotMatch": ("secret-key-wrong", "operator-clock-wrong"),
    "UnrecognizedClientException": ("credentials-unknown", "region-not-enabled"),
}
UNSAID: Final = (
    "operator-lacks-right",
    "resource-policy-denies",
    "organisation-denies",
)
NOT_ASSUMED: Final = (
    "operator-lacks-right",
    "operator-role-missing",
    "operator-role-distrusts",
)


def of_code(code: str, operation: str, text: str) -> Diagnosis:
    """
    Return the cause that an error code names, or those that it leaves open.
    """
    cause = OF_OPERATION.get((code, operation)) or CODES.get(code)
    if cause is not None:
        return Diagnosis((find(cause, f"{operation}: {code}: {text}", operation),))
    return Diagnosis(left_open=OPEN.get(code, ()))


def of_denial(denial: Denial) -> Diagnosis:
    """
    Return the cause that AWS's sentence of denial names.
    """
    if denial.action == ASSUME:
        return Diagnosis(left_open=NOT_ASSUMED)
    kind = denial.denying or denial.lacking
    if not kind:
        return Diagnosis(left_open=UNSAID)
    if kind in KINDS:
        cause = KINDS[kind]
    elif denial.denying:
        cause = "operator-denied"
    elif denial.action == PASSING:
        cause = "operator-lacks-passrole"
    else:
        cause = "operator-lacks-right"
    verb = "denies" if denial.denying else "lacks"
    on = f" on {denial.resource}" if denial.resource else ""
    evidence = f"AWS says that the {kind} {verb} {denial.action}{on}"
    return Diagnosis((find(cause, evidence, denial.action),))
