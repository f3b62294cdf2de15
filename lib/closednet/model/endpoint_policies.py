"""
Least-privilege policies of the interface endpoints.

The nodes belong to the management account, wherever the endpoints are. Three
calls of SSM Agent and all downloads from AWS's own buckets carry no IAM
principal, so their statements stand without a condition on one.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.canonical import Json

VERSION: Final = "2012-10-17"
ANONYMOUS_SSM: Final = (
    "ssm:RegisterManagedInstance",
    "ssm:RequestManagedInstanceRoleToken",
    "ssm:UpdateManagedInstancePublicKey",
)
AWS_BUCKETS: Final = (
    "amazon-ssm-{region}",
    "amazon-ssm-packages-{region}",
    "amazoncloudwatch-agent-{region}",
    "aws-ssm-distributor-file-{region}",
    "aws-ssm-document-attachments-{region}",
    "aws-ssm-{region}",
    "aws-windows-downloads-{region}",
    "patch-baseline-snapshot-{region}",
    "{region}-birdwatcher-prod",
)
EXTRA_BUCKETS: Final = {
    "me-south-1": (
        "patch-baseline-snapshot-me-south-1-uduvl7q8",
        "aws-patch-manager-me-south-1-a53fc9dce",
    ),
    "af-south-1": ("patch-baseline-snapshot-af-south-1-tbxdb5b9",),
}
OUTPUT_ACTIONS: Final = (
    "s3:GetEncryptionConfiguration",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:PutObjectAcl",
)
SIGNING_ACTIONS: Final = ("kms:GetPublicKey", "kms:Sign")
DEPOSIT_ACTIONS: Final = (
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:GetObject",
    "s3:GetObjectRetention",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:PutObjectRetention",
)
LOGS_ACTIONS: Final = (
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "logs:PutRetentionPolicy",
)


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """
    What the policies depend on.
    """

    region: str
    account: str
    output_bucket: str
    kms_key_arn: str
    partition: str = "aws"
    signing_key_arn: str = ""
    deposit_bucket: str = ""


def endpoint_policy(service: str, facts: PolicyFacts) -> str:
    """
    Return the policy of a service's endpoint as canonical JSON.
    """
    match service:
        case "ssm":
            statements = [
                _allow("NodesWithoutPrincipal", ANONYMOUS_SSM, ("*",)),
                _allow("OwnAccount", ("ssm:*",), ("*",), facts.account),
            ]
        case "s3":
            statements = _s3(facts)
        case "kms":
            keys = (facts.kms_key_arn,)
            statements = [
                _allow("SessionKey", ("kms:Decrypt",), keys, facts.account),
                *_signing(facts),
            ]
        case "logs":
            statements = [_allow("OwnAccount", LOGS_ACTIONS, ("*",), facts.account)]
        case "monitoring":
            statements = [
                _allow(
                    "OwnAccount", ("cloudwatch:PutMetricData",), ("*",), facts.account
                )
            ]
        case "rolesanywhere":
            # A certificate asks here, before there is any principal.
            actions = ("rolesanywhere:CreateSession",)
            statements = [_allow("CertificatesWithoutPrincipal", actions, ("*",))]
        case _:
            statements = [
                _allow("OwnAccount", (f"{service}:*",), ("*",), facts.account)
            ]
    return canonical_policy({"Version": VERSION, "Statement": statements})


def canonical_policy(document: str | Json) -> str:
    """
    Return a policy in one spelling; text that is no JSON stays as it is.
    """
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return str(document)
    return json.dumps(_sorted(document), sort_keys=True, separators=(",", ":"))


def aws_buckets(region: str) -> tuple[str, ...]:
    """
    Return AWS's own buckets from which agents download, in a Region.
    """
    names = {name.format(region=region) for name in AWS_BUCKETS}
    return tuple(sorted(names | set(EXTRA_BUCKETS.get(region, ()))))


def _s3(facts: PolicyFacts) -> list[Json]:
    arn = f"arn:{facts.partition}:s3:::"
    downloads = [f"{arn}{name}/*" for name in aws_buckets(facts.region)]
    own = (f"{arn}{facts.output_bucket}", f"{arn}{facts.output_bucket}/*")
    return [
        _allow("DownloadsFromAws", ("s3:GetObject",), downloads),
        _allow("OutputBucket", OUTPUT_ACTIONS, own, facts.account),
        *_deposit(facts),
    ]


def _signing(facts: PolicyFacts) -> list[Json]:
    if not facts.signing_key_arn:
        return []
    key = (facts.signing_key_arn,)
    return [_allow("EvidenceKey", SIGNING_ACTIONS, key, facts.account)]


def _deposit(facts: PolicyFacts) -> list[Json]:
    if not facts.deposit_bucket:
        return []
    arn = f"arn:{facts.partition}:s3:::{facts.deposit_bucket}"
    held = (arn, f"{arn}/*")
    return [_allow("EvidenceBucket", DEPOSIT_ACTIONS, held, facts.account)]


def _allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], account: str = ""
) -> Json:
    statement: dict[str, Json] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": list(resources),
    }
    if account:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalAccount": account}}
    return statement


def _sorted(value: Json, name: str = "") -> Json:
    """
    Sort what AWS may return in another order, or as one text instead of a list.
    """
    if isinstance(value, dict):
        return {key: _sorted(item, key) for key, item in value.items()}
    if name in {"Action", "Resource"}:
        items = value if isinstance(value, list) else [value]
        return sorted(items, key=str)
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
