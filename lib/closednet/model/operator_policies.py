"""
The IAM policies of the operator, made from what the kinds say they call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.model.endpoint_policies import DEPOSIT_ACTIONS, SIGNING_ACTIONS
from closednet.model.specs.management import SESSION_DOCUMENT


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.step import Actions
    from closednet.params import SiteParams


Statement = dict[str, Any]
VERIFY_READS: Final = {
    "network": (
        *("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables"),
        *("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
        *("ec2:DescribeSubnets", "ec2:DescribeTransitGatewayVpcAttachments"),
        *("ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpointServices"),
        *("ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"),
        *("route53:GetHostedZone", "route53:ListHostedZonesByVPC"),
        *("route53:ListResourceRecordSets", "route53resolver:GetResolverEndpoint"),
        "route53resolver:ListResolverEndpointIpAddresses",
        "route53resolver:ListResolverRuleAssociations",
        "route53resolver:ListResolverRules",
        *("servicequotas:GetServiceQuota", "sts:GetCallerIdentity"),
    ),
    "management": (
        *("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
        *("iam:GetRole", "iam:GetRolePolicy"),
        *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
        *("kms:DescribeKey", "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
        *("logs:FilterLogEvents", "s3:GetBucketLocation", "s3:GetObject"),
        "s3:GetEncryptionConfiguration",
        *("s3:ListBucket", "ssm:CancelCommand", "ssm:DescribeActivations"),
        *("ssm:DescribeAssociationExecutionTargets", "ssm:DescribeAssociation"),
        *("ssm:DescribeAssociationExecutions", "ssm:DescribeInstanceInformation"),
        *("ssm:GetConnectionStatus", "ssm:GetDocument", "ssm:GetServiceSetting"),
        *("ssm:ListAssociations", "ssm:ListCommandInvocations", "ssm:SendCommand"),
        *("servicequotas:GetServiceQuota", "sts:GetCallerIdentity"),
    ),
}
RUN_DOCUMENTS: Final = (
    "AWS-RunShellScript",
    "AWS-RunPowerShellScript",
    "AWS-ConfigureAWSPackage",
    "AWS-UpdateSSMAgent",
    "AmazonCloudWatch-ManageAgent",
)


def operator_policy(
    params: SiteParams, account: str, kinds: Iterable[Actions]
) -> dict[str, Any]:
    """
    Return what the operator must be allowed in `account` over all the `kinds`.
    """
    actions = set(VERIFY_READS[account])
    for needs in kinds:
        if needs.account == account:
            verbs = (needs.find, needs.create, needs.update, needs.delete)
            actions.update(action for verb in verbs for action in verb)
    statements = _special(params, actions)
    if account == "management":
        statements += _evidence(params)
    by_resource: dict[tuple[str, ...], list[str]] = {}
    for action in sorted(actions):
        by_resource.setdefault(_resources(params, action), []).append(action)
    for number, (resources, names) in enumerate(sorted(by_resource.items()), 1):
        statements.append(_allow(f"Scope{number}", names, list(resources)))
    return {"Version": "2012-10-17", "Statement": statements}


def _special(params: SiteParams, actions: set[str]) -> list[Statement]:
    """
    Take out the actions that need a condition, and return their statements.
    """
    statements: list[Statement] = []
    owner = f"{params.region}:{params.accounts.management.id}"
    if "iam:PassRole" in actions:
        actions.discard("iam:PassRole")
        statement = _allow("PassNodeRole", ["iam:PassRole"], [_role_arn(params)])
        statement["Condition"] = {
            "StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}
        }
        statements.append(statement)
    if "ssm:SendCommand" in actions:
        actions.discard("ssm:SendCommand")
        nodes = _allow(
            "CommandNodes",
            ["ssm:SendCommand"],
            [f"arn:aws:ssm:{owner}:managed-instance/*"],
        )
        nodes["Condition"] = {
            "StringEquals": {"ssm:resourceTag/closednet:site": params.site}
        }
        documents = [
            f"arn:aws:ssm:{params.region}::document/{name}" for name in RUN_DOCUMENTS
        ]
        bucket = f"arn:aws:s3:::{params.output.bucket}"
        statements.append(nodes)
        statements.append(
            _allow("CommandDocuments", ["ssm:SendCommand"], [*documents, bucket])
        )
    return statements


def _evidence(params: SiteParams) -> list[Statement]:
    """
    Return what sealing an archive needs, where the parameters ask for it.
    """
    statements = []
    key, deposit = params.evidence.signature.kms_key_arn, params.evidence.deposit
    if key:
        statements.append(_allow("SignEvidence", list(SIGNING_ACTIONS), [key]))
    if deposit.bucket:
        bucket = f"arn:aws:s3:::{deposit.bucket}"
        held = [bucket, f"{bucket}/{deposit.prefix}/*"]
        statements.append(_allow("DepositEvidence", list(DEPOSIT_ACTIONS), held))
    return statements


def _resources(params: SiteParams, action: str) -> tuple[str, ...]:
    owner = f"{params.region}:{params.accounts.management.id}"
    ssm = f"arn:aws:ssm:{owner}"
    match action:
        case "ssm:GetParameter" | "ssm:PutParameter" | "ssm:DeleteParameter":
            return (
                f"{ssm}:parameter/AmazonCloudWatch-*",
                f"{ssm}:parameter/closednet/{params.site}/*",
            )
        case _ if action.startswith("ssm:") and action.endswith("ServiceSetting"):
            return (f"{ssm}:servicesetting/ssm/managed-instance/*",)
        case _ if action.startswith("ssm:") and "Document" in action:
            return (f"{ssm}:document/{SESSION_DOCUMENT}",)
        case _ if action.startswith("secretsmanager:"):
            return (
                f"arn:aws:secretsmanager:{owner}:secret:/closednet/{params.site}/*",
            )
        case _:
            return _by_service(params, action)


def _by_service(params: SiteParams, action: str) -> tuple[str, ...]:
    service, _, name = action.partition(":")
    bucket = f"arn:aws:s3:::{params.output.bucket}"
    match service:
        case "iam" if "User" in name or "AccessKey" in name:
            account = params.accounts.management.id
            return (f"arn:aws:iam::{account}:user/{params.cloudwatch.user_name}",)
        case "iam" if "Role" in name:
            return (_role_arn(params),)
        case "kms":
            return (params.session.kms_key_arn,)
        case "s3" if name == "GetObject":
            return (f"{bucket}/{params.output.prefix}/*",)
        case "s3":
            return (bucket,)
        case _:
            return ("*",)


def _role_arn(params: SiteParams) -> str:
    account = params.accounts.management.id
    return f"arn:aws:iam::{account}:role/{params.activation.role_name}"


def _allow(sid: str, actions: list[str], resources: list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
    }
