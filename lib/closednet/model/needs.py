"""
What servers must be able to do, by what their agents call.

The policies of `iam_policies` and `endpoint_policies` say what is allowed. This says,
from another side, what has to be: a check asks IAM's policy simulator for each need,
so that a right that lacks is named before a server stumbles over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.params import SiteParams


Keys = tuple[tuple[str, str], ...]
HEARTBEAT: Final = ("ssm:UpdateInstanceInformation",)
STATE_MANAGER: Final = (
    "ssm:DescribeAssociation",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutComplianceItems",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
)
DOCUMENTS: Final = ("ssm:DescribeDocument", "ssm:GetDocument")
PACKAGES: Final = ("ssm:GetManifest", "ssm:PutConfigurePackageResult")
PATCHES: Final = ("ssm:GetDeployablePatchSnapshotForInstance", "ssm:PutInventory")
CONTROL: Final = ("ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel")
DATA: Final = ("ssmmessages:CreateDataChannel", "ssmmessages:OpenDataChannel")
POLLING: Final = tuple(
    f"ec2messages:{name}"
    for name in (
        *("AcknowledgeMessage", "DeleteMessage", "FailMessage"),
        *("GetEndpoint", "GetMessages", "SendReply"),
    )
)
WITHOUT_PRINCIPAL: Final = (
    "ssm:RegisterManagedInstance",
    "ssm:RequestManagedInstanceRoleToken",
    "ssm:UpdateManagedInstancePublicKey",
)
DOWNLOADS: Final = (
    "amazon-ssm-{region}/ssm-agent-manifest.json",
    "{region}-birdwatcher-prod/AmazonCloudWatchAgent/manifest.json",
    "aws-ssm-document-attachments-{region}/package.zip",
    "aws-ssm-{region}/module.zip",
)


@dataclass(frozen=True, slots=True)
class Need:
    """
    Actions that must be allowed on each of the resources, in this context.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    context: Keys = ()


def of_agent(params: SiteParams) -> tuple[Need, ...]:
    """
    Return what the SSM Agent calls on every managed node.
    """
    actions: tuple[str, ...] = (*HEARTBEAT, *STATE_MANAGER, *DOCUMENTS, *PACKAGES)
    actions += (*CONTROL, *DATA)
    if "ec2messages" in params.endpoints.services:
        actions += POLLING
    if params.wishes.patch_microsoft_applications:
        actions += PATCHES
    return (Need(actions),)


def of_operations(params: SiteParams) -> tuple[Need, ...]:
    """
    Return what commands and sessions of this site need on its nodes.
    """
    bucket = f"arn:aws:s3:::{params.output.bucket}"
    needs = [
        Need(("s3:GetObject",), downloads(params.region)),
        Need(
            ("s3:PutObject", "s3:PutObjectAcl"),
            (f"{bucket}/{params.output.prefix}/command/node/stdout",),
        ),
        Need(("s3:GetEncryptionConfiguration", "s3:ListBucket"), (bucket,)),
        *_log_writing(params, _session_and_command_groups(params)),
    ]
    if params.wishes.session_manager:
        needs.append(Need(("kms:Decrypt",), (params.session.kms_key_arn,)))
    if params.cloudwatch.credentials == "ssm-role":
        needs += of_cloudwatch(params)
    return tuple(needs)


def of_cloudwatch(params: SiteParams) -> tuple[Need, ...]:
    """
    Return what the CloudWatch agent calls, whoever's credentials it uses.
    """
    space = (("cloudwatch:namespace", params.cloudwatch.namespace),)
    groups = params.cloudwatch.retention()
    kept = tuple(_groups(params, [group for group, days in groups.items() if days > 0]))
    needs = [Need(("cloudwatch:PutMetricData",), context=space)]
    needs += _log_writing(params, list(groups))
    if kept:
        needs.append(Need(("logs:PutRetentionPolicy",), kept))
    if params.cloudwatch.config_store == "parameter-store":
        name = "parameter/AmazonCloudWatch-configuration"
        needs.append(Need(("ssm:GetParameter",), (f"{_own(params, 'ssm')}:{name}",)))
    return tuple(needs)


def of_endpoint(service: str, params: SiteParams) -> tuple[Need, ...]:
    """
    Return what goes through the endpoint of a service; some of it without principal.
    """
    ours = (("aws:PrincipalAccount", params.accounts.management.id),)
    match service:
        case "ssm":
            agent = (*HEARTBEAT, *STATE_MANAGER, *DOCUMENTS, *PACKAGES)
            return (Need(WITHOUT_PRINCIPAL), Need(agent, context=ours))
        case "s3":
            needs = [n for n in of_operations(params) if n.actions[0].startswith("s3:")]
            (anybody, *own) = needs
            return (anybody, *(Need(n.actions, n.resources, ours) for n in own))
        case "ssmmessages":
            return (Need((*CONTROL, *DATA), context=ours),)
        case "ec2messages":
            return (Need(POLLING, context=ours),)
        case _:
            return _of_data(service, params, ours)


def downloads(region: str) -> tuple[str, ...]:
    """
    Return an object in each of AWS's own buckets that agents read.
    """
    return tuple(f"arn:aws:s3:::{name.format(region=region)}" for name in DOWNLOADS)


def _of_data(service: str, params: SiteParams, ours: Keys) -> tuple[Need, ...]:
    """
    Return what the endpoints of logs, metrics and keys have to let through.
    """
    prefixes = {"monitoring": "cloudwatch:", "logs": "logs:", "kms": "kms:"}
    prefix = prefixes.get(service)
    if prefix is None:
        return ()
    needs = {*of_operations(params), *of_cloudwatch(params)}
    return tuple(
        Need(need.actions, need.resources, ours)
        for need in sorted(needs, key=lambda n: (n.actions, n.resources))
        if need.actions[0].startswith(prefix)
    )


def _session_and_command_groups(params: SiteParams) -> list[str]:
    groups = [params.output.command_log_group]
    if params.wishes.session_manager:
        groups.append(params.output.session_log_group)
    return groups


def _log_writing(params: SiteParams, groups: list[str]) -> list[Need]:
    """
    Return what both agents do to write into a group: look, make a stream, send.
    """
    if not groups:
        return []
    arns = _groups(params, groups)
    streams = tuple(f"{arn}stream" for arn in arns)
    return [
        Need(("logs:DescribeLogGroups",), (f"{_own(params, 'logs')}:log-group:*",)),
        Need(("logs:DescribeLogStreams",), arns),
        Need(("logs:CreateLogStream", "logs:PutLogEvents"), streams),
    ]


def _groups(params: SiteParams, groups: list[str]) -> tuple[str, ...]:
    own = _own(params, "logs")
    return tuple(f"{own}:log-group:{name}:log-stream:" for name in sorted(set(groups)))


def _own(params: SiteParams, service: str) -> str:
    return f"arn:aws:{service}:{params.region}:{params.accounts.management.id}"
