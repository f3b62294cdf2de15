"""
What a call needs: its own action on each resource, and the actions that it implies.

Where AWS's documentation leaves open whether tagging at creation needs the action of
tagging as well, the rehearsal asks for it: too strict is safe.
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.permissions.resources import (
    NO_REGION,
    PREFIXES,
    S3_ACTIONS,
    TAGGED_TYPES,
    TEMPLATES,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FREE: Final = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
_MEMBER: Final = re.compile(r"\{(\w+)\}")
_EC2_TYPES: Final = {
    "vpce": "vpc-endpoint",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "eni": "network-interface",
    "rtb": "route-table",
}
_NAMES: Final = frozenset({"Name", "Names", "Path", "SettingId", "IamRole"})
_ZONES: Final = "arn:aws:route53:::hostedzone/*"


@dataclass(frozen=True, slots=True)
class Call:
    """
    A call by its service, as botocore names it, with the members of its request.
    """

    service: str
    operation: str
    account: str
    region: str
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """
    An action on a resource, with the condition keys that are the action's own.
    """

    action: str
    resource: str = "*"
    keys: tuple[tuple[str, str], ...] = ()


def needs(call: Call) -> tuple[Need, ...]:
    """
    Return everything that a call needs, its own action first.
    """
    action = own_action(call)
    if action in FREE:
        return ()
    implied = _IMPLIED.get((call.service, call.operation))
    found = [Need(action, resource, _keys(call)) for resource in _resources(call)]
    return tuple(dict.fromkeys([*found, *(implied(call) if implied else ())]))


def own_action(call: Call) -> str:
    """
    Return the action that IAM knows an operation by.
    """
    prefix = PREFIXES.get(call.service, call.service)
    if call.service == "s3":
        return f"s3:{S3_ACTIONS.get(call.operation, call.operation)}"
    return f"{prefix}:{call.operation}"


def arn(call: Call, resource: str) -> str:
    """
    Return the ARN of a resource of the call's own service and account.
    """
    if resource.startswith("arn:"):
        return resource
    region = "" if call.service in NO_REGION else call.region
    # Documents of AWS belong to no account of ours.
    amazons = re.match(r"document/(AWS|Amazon)", resource)
    account = "" if amazons else call.account
    prefix = PREFIXES.get(call.service, call.service)
    return f"arn:aws:{prefix}:{region}:{account}:{resource}"


def _resources(call: Call) -> list[str]:
    special = _SPECIAL.get((call.service, call.operation))
    if special is not None:
        return [arn(call, each) for each in special(call)]
    templates = TEMPLATES.get(call.service, {}).get(call.operation, ())
    found = [arn(call, each) for text in templates for each in _filled(text, call)]
    return found or ["*"]


def _filled(template: str, call: Call) -> Iterator[str]:
    names = [name for name in _MEMBER.findall(template) if name != "account"]
    # Secrets Manager's ARNs keep the slash that a name begins with.
    bare = _NAMES if call.service != "secretsmanager" else frozenset()
    choices = [_values(call.members.get(n), bare=n in bare) for n in names]
    for values in product(*choices):
        text = template.replace("{account}", call.account)
        for name, value in zip(names, values, strict=True):
            if value.startswith("arn:"):
                yield value
                break
            text = text.replace(f"{{{name}}}", value)
        else:
            yield text


def _values(value: Any, *, bare: bool) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    texts = [str(each) for each in listed if each not in (None, "")]
    # ARNs leave out the slash that names begin with, and Route 53 prefixes its ids.
    texts = [re.sub(r"^/(hostedzone|change)/", "", each) for each in texts]
    return [each.lstrip("/") for each in texts] if bare else texts


def _keys(call: Call) -> tuple[tuple[str, str], ...]:
    members, keys = call.members, []
    if call.operation == "PutMetricData":
        keys.append(("cloudwatch:namespace", str(members.get("Namespace", ""))))
    if call.service == "s3" and members.get("ACL"):
        keys.append(("s3:x-amz-acl", str(members["ACL"])))
    if call.operation == "AssumeRole":
        keys.append(("sts:rolesessionname", str(members.get("RoleSessionName", ""))))
        if members.get("ExternalId"):
            keys.append(("sts:externalid", str(members["ExternalId"])))
    return tuple(keys)


def tags_of(members: Mapping[str, Any]) -> dict[str, str]:
    """
    Return the tags that a request brings along, in whichever of AWS's spellings.
    """
    listed: list[Any] = []
    for name in ("Tags", "tags", "TagList", "AddTags"):
        given = members.get(name) or []
        if isinstance(given, dict):
            listed += [{"Key": key, "Value": value} for key, value in given.items()]
        else:
            listed += given
    for specification in members.get("TagSpecifications") or []:
        listed += specification.get("Tags") or []
    return {
        str(each["Key"]): str(each.get("Value", "")) for each in listed if "Key" in each
    }


def _create_endpoint(call: Call) -> Iterator[Need]:
    yield Need("ec2:DescribeVpcs")
    if call.members.get("SubnetIds"):
        yield Need("ec2:DescribeSubnets")
    if call.members.get("SecurityGroupIds"):
        yield Need("ec2:DescribeSecurityGroups")
    yield from _private_dns(call)
    yield from _tagged_at_creation(call)


def _private_dns(call: Call) -> Iterator[Need]:
    if str(call.members.get("PrivateDnsEnabled")).lower() == "true":
        yield Need("route53:AssociateVPCWithHostedZone", _ZONES)


def _tagged_at_creation(call: Call) -> Iterator[Need]:
    for specification in call.members.get("TagSpecifications") or []:
        kind = specification.get("ResourceType", "*")
        keys = (("ec2:createaction", call.operation),)
        yield Need("ec2:CreateTags", arn(call, f"{kind}/*"), keys)


def _vpc_of_zone(call: Call) -> Iterator[Need]:
    if call.members.get("VPC") or call.members.get("VPCId"):
        yield Need("ec2:DescribeVpcs")


def _resolver_interfaces(*actions: str) -> Callable[[Call], Iterator[Need]]:
    def implied(call: Call) -> Iterator[Need]:
        yield from (Need(f"ec2:{action}") for action in actions)
        if call.members.get("Tags"):
            yield Need("route53resolver:TagResource", arn(call, "resolver-endpoint/*"))

    return implied


def _passed(member: str, service: str) -> Callable[[Call], Iterator[Need]]:
    def implied(call: Call) -> Iterator[Need]:
        role = str(call.members.get(member) or "")
        if role:
            full = f"arn:aws:iam::{call.account}:role/{role.removeprefix('/')}"
            full = role if role.startswith("arn:") else full
            yield Need("iam:PassRole", full, (("iam:passedtoservice", service),))
        yield from _ssm_tagged(call)

    return implied


def _ssm_tagged(call: Call) -> Iterator[Need]:
    if call.members.get("Tags"):
        kinds = {
            "PutParameter": "parameter/{Name}",
            "CreateDocument": "document/{Name}",
        }
        kinds |= {"CreateAssociation": "association/*"}
        templates = kinds.get(call.operation)
        resources = _filled(templates, call) if templates else ()
        for resource in [arn(call, each) for each in resources] or ["*"]:
            yield Need("ssm:AddTagsToResource", resource)


def _tagged(action: str) -> Callable[[Call], Iterator[Need]]:
    def implied(call: Call) -> Iterator[Need]:
        if tags_of(call.members):
            yield from (Need(action, resource) for resource in _resources(call))

    return implied


def _group_tagged(call: Call) -> Iterator[Need]:
    if call.members.get("tags"):
        group = f"log-group:{call.members.get('logGroupName', '')}"
        yield Need("logs:TagResource", arn(call, group))


def _object_acl(call: Call) -> Iterator[Need]:
    if call.members.get("ACL"):
        yield from (Need("s3:PutObjectAcl", each) for each in _resources(call))


def _tagged_by_id(call: Call) -> Iterator[str]:
    for resource_id in call.members.get("Resources") or ():
        kind = _EC2_TYPES.get(str(resource_id).partition("-")[0], "*")
        yield f"{kind}/{resource_id}"


def _at_path(call: Call) -> Iterator[str]:
    kind = "role" if "RoleName" in call.members else "user"
    name = call.members.get("RoleName") or call.members.get("UserName", "")
    yield f"{kind}{call.members.get('Path') or '/'}{name}"


def _tagged_by_type(call: Call) -> Iterator[str]:
    kind = TAGGED_TYPES.get(str(call.members.get("ResourceType")), "*/")
    yield f"{kind}{str(call.members.get('ResourceId', '')).lstrip('/')}"


_SPECIAL: Final[dict[tuple[str, str], Callable[[Call], Iterator[str]]]] = {
    ("ec2", "CreateTags"): _tagged_by_id,
    ("ec2", "DeleteTags"): _tagged_by_id,
    ("iam", "CreateRole"): _at_path,
    ("iam", "CreateUser"): _at_path,
    ("ssm", "AddTagsToResource"): _tagged_by_type,
    ("ssm", "RemoveTagsFromResource"): _tagged_by_type,
    ("ssm", "ListTagsForResource"): _tagged_by_type,
}
_IMPLIED: Final[dict[tuple[str, str], Callable[[Call], Iterator[Need]]]] = {
    ("ec2", "CreateVpcEndpoint"): _create_endpoint,
    ("ec2", "ModifyVpcEndpoint"): _private_dns,
    ("ec2", "CreateSecurityGroup"): _tagged_at_creation,
    ("ec2", "AuthorizeSecurityGroupIngress"): _tagged_at_creation,
    ("route53", "CreateHostedZone"): _vpc_of_zone,
    ("route53", "AssociateVPCWithHostedZone"): _vpc_of_zone,
    ("route53", "DisassociateVPCFromHostedZone"): _vpc_of_zone,
    ("route53", "ListHostedZonesByVPC"): _vpc_of_zone,
    ("route53resolver", "CreateResolverEndpoint"): _resolver_interfaces(
        *("CreateNetworkInterface", "DescribeNetworkInterfaces"),
        *("DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"),
    ),
    ("route53resolver", "DeleteResolverEndpoint"): _resolver_interfaces(
        "DeleteNetworkInterface", "DescribeNetworkInterfaces"
    ),
    ("route53resolver", "AssociateResolverEndpointIpAddress"): _resolver_interfaces(
        "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets"
    ),
    ("route53resolver", "DisassociateResolverEndpointIpAddress"): _resolver_interfaces(
        "DeleteNetworkInterface", "DescribeNetworkInterfaces"
    ),
    ("route53resolver", "ListResolverRuleAssociations"): _resolver_interfaces(
        "DescribeVpcs"
    ),
    ("ssm", "CreateActivation"): _passed("IamRole", "ssm.amazonaws.com"),
    ("ssm", "UpdateManagedInstanceRole"): _passed("IamRole", "ssm.amazonaws.com"),
    ("ssm", "SendCommand"): _passed("ServiceRoleArn", "ssm.amazonaws.com"),
    ("ssm", "CreateAssociation"): _passed(
        "AssociationDispatchAssumeRole", "ssm.amazonaws.com"
    ),
    ("ssm", "PutParameter"): _ssm_tagged,
    ("ssm", "CreateDocument"): _ssm_tagged,
    ("iam", "CreateRole"): _tagged("iam:TagRole"),
    ("iam", "CreateUser"): _tagged("iam:TagUser"),
    ("logs", "CreateLogGroup"): _group_tagged,
    ("s3", "PutObject"): _object_acl,
    ("secretsmanager", "CreateSecret"): _tagged("secretsmanager:TagResource"),
}
