"""
What owners of a bucket or a key in another account have to add to its policy.

A role's own policy is half of the leave: across accounts the resource must give it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.model.endpoint_policies import OUTPUT_ACTIONS


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.params.site import SiteParams

READ_OUTPUT: Final = ("s3:GetObject", "s3:ListBucket")
USE_KEY: Final = ("kms:DescribeKey", "kms:GenerateDataKey")
Statement = dict[str, Any]


def owner_policies(params: SiteParams) -> dict[str, dict[str, Any]]:
    """
    Return the statements for `bucket` and `key`, of those that others own.
    """
    found = {}
    if bucket_owner(params) != params.accounts.management.id:
        found["bucket"] = _document(_of_bucket(params))
    if key_owner(params) != params.accounts.management.id:
        found["key"] = _document(_of_key(params))
    return found


def bucket_owner(params: SiteParams) -> str:
    """
    Return the account that owns the bucket for command output.
    """
    return params.output.bucket_account or params.accounts.management.id


def key_owner(params: SiteParams) -> str:
    """
    Return the account that owns the key that encrypts sessions.
    """
    return params.session.kms_key_arn.split(":")[4]


def _of_bucket(params: SiteParams) -> list[Statement]:
    bucket = f"arn:aws:s3:::{params.output.bucket}"
    held = [bucket, f"{bucket}/{params.output.prefix}/*"]
    return [
        _allow(params, "Nodes", OUTPUT_ACTIONS, held, [_node_role(params)]),
        _allow(params, "Operator", READ_OUTPUT, held, _operator(params)),
    ]


def _of_key(params: SiteParams) -> list[Statement]:
    return [
        _allow(params, "Nodes", ("kms:Decrypt",), ["*"], [_node_role(params)]),
        _allow(params, "Operator", USE_KEY, ["*"], _operator(params)),
    ]


def _node_role(params: SiteParams) -> str:
    account = params.accounts.management.id
    return f"arn:aws:iam::{account}:role/{params.activation.role_name}"


def _operator(params: SiteParams) -> list[str]:
    """
    Return the operator's role; without one, whom its own account's policies let.
    """
    role = params.accounts.management.role_arn
    return [role] if role else []


def _allow(
    params: SiteParams,
    who: str,
    actions: Iterable[str],
    resources: list[str],
    roles: list[str],
) -> Statement:
    account = params.accounts.management.id
    statement: Statement = {
        "Sid": f"Closednet{who}Of{params.site.title().replace('-', '')}",
        "Effect": "Allow",
        # AWS refuses a policy that names a role before there is one.
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": list(actions),
        "Resource": resources,
    }
    if roles:
        statement["Condition"] = {"ArnEquals": {"aws:PrincipalArn": roles}}
    return statement


def _document(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
