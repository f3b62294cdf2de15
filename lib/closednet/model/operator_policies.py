"""
The IAM policies of the operator, made from what the kinds say they call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet.model.endpoint_policies import DEPOSIT_ACTIONS, SIGNING_ACTIONS
from closednet.model.specs.management import SESSION_DOCUMENT


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.step import Actions
    from closednet.params import SiteParams


Statement = dict[str, Any]
VERIFY_READS: Final = {
    "network": (
        *("ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces"),
        "ec2:DescribeRouteTables",
        *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"),
        *("ec2:DescribeTransitGatewayAttachments", "ec2:DescribeVpnConnections"),
        *("ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpointServices"),
        *("ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"),
        *("route53:GetHostedZone", "route53:ListHostedZonesByVPC"),
        *("iam:SimulateCustomPolicy", "route53:ListResourceRecordSets"),
        "route53resolver:ListResolverEndpointIpAddresses",
        "route53resolver:ListResolverRuleAssociations",
        "route53resolver:ListResolverRules",
        "servicequotas:GetServiceQuota",
    ),
    "dns": ("route53:GetHostedZone", "route53:ListHostedZonesByVPC"),
    "management": (
        *("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
        *("iam:GetRole", "iam:GetRolePolicy"),
        *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
        *("iam:SimulatePrincipalPolicy", "kms:DescribeKey"),
        *("logs:DescribeLogGroups", "logs:FilterLogEvents", "s3:GetObject"),
        *("s3:ListBucket", "ssm:DescribeActivations", "ssm:ListCommands"),
        *("ssm:DescribeAssociationExecutionTargets", "ssm:DescribeAssociation"),
        *("ssm:DescribeAssociationExecutions", "ssm:DescribeInstanceInformation"),
        *("ssm:GetConnectionStatus", "ssm:GetDocument", "ssm:GetServiceSetting"),
        *("ssm:ListAssociations", "ssm:ListCommandInvocations", "ssm:SendCommand"),
    ),
}
RUN_DOCUMENTS: Final = (
    "AWS-RunShellScript",
    "AWS-RunPowerShellScript",
    "AWS-ConfigureAWSPackage",
    "AWS-UpdateSSMAgent",
    "AmazonCloudWatch-ManageAgent",
)


SIDS: Final = {
    "cloudwatch": "CloudWatch",
    "ec2": "Ec2",
    "iam": "Iam",
    "logs": "CloudWatchLogs",
    "route53": "Route53",
    "route53resolver": "Route53Resolver",
    "servicequotas": "Quotas",
    "ssm": "SystemsManager",
}


class Scope(NamedTuple):
    """
    A statement's name, and the resources that its actions are limited to.
    """

    sid: str
    resources: tuple[str, ...]


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
    if params.cloudwatch.credentials != "iam-user":
        actions = {action for action in actions if not _is_of_user(action)}
    statements = _special(params, actions)
    if account == "management":
        statements += _evidence(params)
    scopes: dict[Scope, list[str]] = {}
    for action in sorted(actions):
        scopes.setdefault(_scope(params, action), []).append(action)
    for scope, names in sorted(scopes.items()):
        statements.append(_allow(scope.sid, names, list(scope.resources)))
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


def _scope(params: SiteParams, action: str) -> Scope:
    owner = f"{params.region}:{params.accounts.management.id}"
    ssm = f"arn:aws:ssm:{owner}"
    match action:
        case "ssm:GetParameter" | "ssm:PutParameter" | "ssm:DeleteParameter":
            return Scope(
                "Parameters",
                (
                    f"{ssm}:parameter/AmazonCloudWatch-*",
                    f"{ssm}:parameter/closednet/{params.site}/*",
                ),
            )
        case _ if action.startswith("ssm:") and action.endswith("ServiceSetting"):
            return Scope(
                "ServiceSettings", (f"{ssm}:servicesetting/ssm/managed-instance/*",)
            )
        case _ if action.startswith("ssm:") and "Document" in action:
            return Scope("SessionDocument", (f"{ssm}:document/{SESSION_DOCUMENT}",))
        case _ if action.startswith("secretsmanager:"):
            name = f"/closednet/{params.site}/*"
            return Scope("Secrets", (f"arn:aws:secretsmanager:{owner}:secret:{name}",))
        case _:
            return _by_service(params, action)


def _by_service(params: SiteParams, action: str) -> Scope:
    service, _, name = action.partition(":")
    bucket = f"arn:aws:s3:::{params.output.bucket}"
    match service:
        case "iam" if name != "SimulateCustomPolicy":
            return _of_identity(params, name)
        case "kms":
            return Scope("SessionKey", (params.session.kms_key_arn,))
        case "s3" if name == "GetObject":
            return Scope("CommandOutput", (f"{bucket}/{params.output.prefix}/*",))
        case "s3":
            return Scope("OutputBucket", (bucket,))
        case _:
            return Scope(SIDS[service], ("*",))


def _of_identity(params: SiteParams, name: str) -> Scope:
    if _is_of_user(f"iam:{name}"):
        return Scope("CloudWatchUser", (_user_arn(params),))
    if name != "SimulatePrincipalPolicy":
        return Scope("NodeRole", (_role_arn(params),))
    has_user = params.cloudwatch.credentials == "iam-user"
    users = (_user_arn(params),) if has_user else ()
    return Scope("Simulation", (_role_arn(params), *users))


def _is_of_user(action: str) -> bool:
    return action.startswith("iam:") and ("User" in action or "AccessKey" in action)


def _user_arn(params: SiteParams) -> str:
    account = params.accounts.management.id
    return f"arn:aws:iam::{account}:user/{params.cloudwatch.user_name}"


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
