"""
The IAM policies of a site, as canonical JSON text: as little as does the work.

`operations` replaces the full-access policies with which such rollouts usually
begin; every statement names what this site uses.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final

from closednet.model import canonical


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.params import SiteParams


AGENT_ACTIONS: Final = (
    "ssm:DescribeAssociation",
    "ssm:GetDocument",
    "ssm:DescribeDocument",
    "ssm:GetManifest",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutComplianceItems",
    "ssm:PutConfigurePackageResult",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ssm:UpdateInstanceInformation",
)
PATCH_ACTIONS: Final = (
    "ssm:GetDeployablePatchSnapshotForInstance",
    "ssm:PutInventory",
)
CHANNEL_ACTIONS: Final = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
MESSAGE_ACTIONS: Final = (
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
)
SYSTEMS_MANAGER: Final = "ssm.amazonaws.com"
Statement = dict[str, Any]


def managed_buckets(region: str) -> tuple[str, ...]:
    """
    Return the AWS-owned buckets that agents of a Region download from.
    """
    return (
        f"amazon-ssm-{region}",
        f"{region}-birdwatcher-prod",
        f"aws-ssm-document-attachments-{region}",
        f"patch-baseline-snapshot-{region}",
        f"aws-ssm-{region}",
        f"aws-windows-downloads-{region}",
    )


def trust(region: str, account_id: str) -> str:
    """
    Return the trust policy: Systems Manager of this account and Region alone.
    """
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": SYSTEMS_MANAGER},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnEquals": {"aws:SourceArn": f"arn:aws:ssm:{region}:{account_id}:*"},
            },
        }
    )


def trusts(found: str, wanted: str) -> bool:
    """
    Tell whether a trust policy of others lets Systems Manager in as ours would.

    One without conditions lets in more; one with other conditions may not.
    """
    if found == wanted:
        return True
    try:
        listed = json.loads(found)["Statement"]
    except (ValueError, KeyError):
        return False
    statements = listed if isinstance(listed, list) else [listed]
    allowed = {
        service
        for each in statements
        if each.get("Effect") == "Allow" and not each.get("Condition")
        for service in _services(each.get("Principal"))
    }
    denied = any(each.get("Effect") != "Allow" for each in statements)
    return SYSTEMS_MANAGER in allowed and not denied


def _services(principal: Any) -> list[str]:
    found = principal.get("Service", ()) if isinstance(principal, dict) else ()
    return [found] if isinstance(found, str) else list(found)


def core(params: SiteParams) -> str:
    """
    Return what any managed node needs: its own channels, and no parameters.

    Where there is no endpoint for ec2messages, no agent can poll it.
    """
    patches = PATCH_ACTIONS if params.wishes.patch_microsoft_applications else ()
    statements = [
        _allow("Agent", (*AGENT_ACTIONS, *patches), ["*"]),
        _allow("Channels", CHANNEL_ACTIONS, ["*"]),
    ]
    if "ec2messages" in params.endpoints.services:
        statements.append(_allow("LegacyMessages", MESSAGE_ACTIONS, ["*"]))
    return _policy(*statements)


def operations(params: SiteParams) -> str:
    """
    Return what the nodes of this site need for commands, sessions and their logs.
    """
    bucket, prefix = params.output.bucket, params.output.prefix
    sessions = params.wishes.session_manager
    groups = [params.output.command_log_group]
    groups += [params.output.session_log_group] if sessions else []
    statements = [
        _allow(
            "AwsManagedBuckets",
            ["s3:GetObject"],
            [f"arn:aws:s3:::{name}/*" for name in managed_buckets(params.region)],
        ),
        _allow(
            "CommandOutput",
            ["s3:PutObject", "s3:PutObjectAcl"],
            [f"arn:aws:s3:::{bucket}/{prefix}/*"],
        ),
        # The agent heads the bucket and asks for its encryption before it writes.
        _allow(
            "BucketProbe",
            ["s3:GetEncryptionConfiguration", "s3:ListBucket"],
            [f"arn:aws:s3:::{bucket}"],
        ),
        _allow(
            "CommandAndSessionLogs",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            _log_arns(params, groups),
        ),
        _allow("LogGroupsList", ["logs:DescribeLogGroups"], ["*"]),
    ]
    if sessions:
        key = params.session.kms_key_arn
        statements.append(_allow("SessionKey", ["kms:Decrypt"], [key]))
    if params.cloudwatch.credentials == "ssm-role":
        statements.extend(_cloudwatch(params))
    return _policy(*statements)


def cloudwatch_user(params: SiteParams) -> str:
    """
    Return what the CloudWatch agent's own user needs, and nothing else.
    """
    listing = _allow("LogGroupsList", ["logs:DescribeLogGroups"], ["*"])
    return _policy(*_cloudwatch(params), listing)


def too_wide(document: str) -> tuple[str, ...]:
    """
    Return the actions that a policy allows by the dozen: `*` and `service:*`.
    """
    statements = json.loads(document)["Statement"]
    return tuple(
        action
        for statement in _as_list(statements)
        if statement["Effect"] == "Allow"
        for action in _as_list(statement.get("Action", "NotAction"))
        if action in {"*", "NotAction"} or action.endswith(":*")
    )


def text_of(document: str | Mapping[str, Any]) -> str:
    """
    Return a policy document that was read back in the spelling used here.
    """
    return canonical.text(
        json.loads(document) if isinstance(document, str) else document
    )


def _cloudwatch(params: SiteParams) -> list[Statement]:
    groups = list(params.cloudwatch.retention())
    metrics = _allow("Metrics", ["cloudwatch:PutMetricData"], ["*"])
    metrics["Condition"] = {
        "StringEquals": {"cloudwatch:namespace": params.cloudwatch.namespace}
    }
    statements = [metrics]
    if groups:
        actions = [
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:PutRetentionPolicy",
        ]
        statements.append(_allow("AgentLogs", actions, _log_arns(params, groups)))
    if params.cloudwatch.config_store == "parameter-store":
        owner = f"{params.region}:{params.accounts.management.id}"
        arn = f"arn:aws:ssm:{owner}:parameter/AmazonCloudWatch-*"
        statements.append(_allow("AgentConfiguration", ["ssm:GetParameter"], [arn]))
    return statements


def _log_arns(params: SiteParams, groups: list[str]) -> list[str]:
    owner = f"{params.region}:{params.accounts.management.id}"
    # Without the star IAM knows a group by its name for actions on tags only.
    return [
        f"arn:aws:logs:{owner}:log-group:{group}:*" for group in sorted(set(groups))
    ]


def _allow(
    sid: str, actions: tuple[str, ...] | list[str], resources: list[str]
) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": resources,
    }


def _policy(*statements: Statement) -> str:
    return canonical.text({"Version": "2012-10-17", "Statement": list(statements)})


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
