"""
Causes in resources and limits of AWS.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


OPERATOR: Final = "operator"
ACCOUNT: Final = "owner of the account"
KEY: Final = "owner of the key"
BUCKET: Final = "owner of the bucket"
QUOTA: Final = "have the quota raised in Service Quotas, or make room"

LIMITS: Final = (
    Cause(
        "api-throttled",
        "AWS refuses calls of this account for being too many, and goes on doing so",
        "find out who else calls so often (CloudTrail), wait, then run this step again",
        ACCOUNT,
    ),
    Cause(
        "quota-of-endpoints",
        "the VPC has as many interface endpoints as its quota allows",
        QUOTA,
        ACCOUNT,
    ),
    Cause(
        "quota-of-resolver-endpoints",
        "the Region has as many Resolver endpoints as its quota allows",
        QUOTA,
        ACCOUNT,
    ),
    Cause(
        "quota-of-hosted-zones",
        "the account has as many hosted zones as its quota allows",
        QUOTA,
        ACCOUNT,
    ),
    Cause(
        "quota-of-security-groups",
        "the Region has as many security groups as its quota allows",
        QUOTA,
        ACCOUNT,
    ),
    Cause(
        "quota-of-roles",
        "the account has as many roles as its quota allows",
        QUOTA,
        ACCOUNT,
    ),
)

RESOURCES: Final = (
    Cause(
        "resource-of-others",
        "something of that name exists, which others made otherwise",
        "have its owner change it, or choose another name in the parameters; this"
        " runbook never changes what it did not make",
        "owner of the resource",
    ),
    Cause(
        "vpc-not-there",
        "this account has no such VPC in this Region",
        "mend region or network.vpc_id in the parameters",
        OPERATOR,
    ),
    Cause(
        "session-key-missing",
        "the key that is to encrypt sessions does not exist",
        "have it made, or mend session.kms_key_arn",
        KEY,
    ),
    Cause(
        "session-key-disabled",
        "the key that encrypts sessions is disabled",
        "have it enabled, or name another one in session.kms_key_arn",
        KEY,
    ),
    Cause(
        "session-key-being-deleted",
        "the key that encrypts sessions is about to be deleted",
        "have its deletion cancelled and the key enabled, or name another one",
        KEY,
    ),
    Cause(
        "bucket-missing",
        "the bucket for command output does not exist",
        "have it made, or mend output.bucket",
        BUCKET,
    ),
    Cause(
        "bucket-in-other-region",
        "the bucket for command output lies in another Region, where no endpoint of"
        " this VPC leads to",
        "name a bucket of this Region in output.bucket",
        BUCKET,
    ),
    Cause(
        "bucket-policy-denies",
        "the policy of the output bucket does not let the nodes write",
        "have the bucket's policy admit the nodes' role",
        BUCKET,
    ),
    Cause(
        "tier-standard",
        "hybrid nodes are in the standard tier, which knows no sessions",
        "run the activation step again: somebody set the tier back",
        OPERATOR,
    ),
    Cause(
        "document-not-there",
        "Systems Manager has no such document in this Region",
        "compare its name with the list of AWS's own documents in the console; a"
        " Region may not have it yet",
        OPERATOR,
    ),
    Cause(
        "log-group-missing",
        "the log group was deleted after it was made",
        "run the step again that makes it; then ask who deleted it",
        OPERATOR,
    ),
    Cause(
        "log-retention-changed",
        "the log group keeps events for another time than planned",
        "run the step again; then ask who changed it",
        OPERATOR,
    ),
)

CAUSES: Final = (*LIMITS, *RESOURCES)
