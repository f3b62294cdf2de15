"""
Troubles with rights.
"""

from __future__ import annotations

import json

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import yaml

from moto.iam.models import iam_backends

from closednet.model.specs.management import OPERATIONS_POLICY
from closednet_rehearsal.settings import (
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    OPERATOR_ROLE,
)
from closednet_rehearsal.trouble import machines
from closednet_rehearsal.trouble.services import SSM, restarted
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.trouble.trouble import Scene, Undo

    Strike = Callable[[Scene], Undo | None]

NODES: Final = "closednet-managed-node"
CREATE_ACTIVATION: Final = "ssm:CreateActivation"
STRANGER: Final = "333333333333"
ADDED: Final = "corporate-guardrail"


def document(*statements: dict[str, Any]) -> str:
    """
    Return a policy of these statements.
    """
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def but(*actions: str) -> str:
    """
    Return a policy that allows everything but some actions.
    """
    return document({"Effect": "Allow", "NotAction": list(actions), "Resource": "*"})


def deny(*actions: str) -> str:
    """
    Return a policy that denies some actions.
    """
    return document({"Effect": "Deny", "Action": list(actions), "Resource": "*"})


def role(account: str, name: str) -> Any | None:
    """
    Return a role of the rehearsed IAM, if it is there.
    """
    roles = iam_backends[account]["aws"].roles.values()
    return next((each for each in roles if each.name == name), None)


def policies(
    account: str, name: str, change: Callable[[dict[str, str]], None]
) -> Undo | None:
    """
    Change the inline policies of a role; return what puts them back.
    """
    held = role(account, name)
    if held is None:
        return None
    before = dict(held.policies)
    change(held.policies)

    def undo() -> None:
        held.policies.clear()
        held.policies.update(before)

    return undo


def _operator_lacks(account: str, action: str) -> Strike:
    def only(held: dict[str, str]) -> None:
        held.clear()
        held["operator"] = but(action)

    return lambda _: policies(account, OPERATOR_ROLE, only)


def _operator_denied(action: str) -> Strike:
    def add(held: dict[str, str]) -> None:
        held[ADDED] = deny(action)

    return lambda _: policies(MANAGEMENT_ACCOUNT, OPERATOR_ROLE, add)


def bounded(name: str, *actions: str) -> Strike:
    """
    Return a strike that puts a boundary on a role, which allows all but some actions.
    """

    def strike(_: Scene) -> Undo | None:
        held = role(MANAGEMENT_ACCOUNT, name)
        if held is None:
            return None
        backend = iam_backends[MANAGEMENT_ACCOUNT]["aws"]
        made = backend.create_policy("", "/", but(*actions), f"boundary-of-{name}", [])
        before = held.permissions_boundary_arn
        held.permissions_boundary_arn = made.arn

        def undo() -> None:
            held.permissions_boundary_arn = before
            backend.managed_policies.pop(made.arn)

        return undo

    return strike


def _organisation(action: str) -> Strike:
    def strike(scene: Scene) -> Undo:
        whole = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        bound = scene.world.organisation
        bound[MANAGEMENT_ACCOUNT] = [whole, deny(action)]
        return partial(bound.pop, MANAGEMENT_ACCOUNT)

    return strike


def _wrong_account(scene: Scene) -> Undo:
    path = scene.work_dir / "params.yaml"
    params = yaml.safe_load(path.read_text("utf-8"))
    accounts = {name: {"id": STRANGER} for name in params["accounts"]}
    key = params["session"]["kms_key_arn"].replace(MANAGEMENT_ACCOUNT, STRANGER)
    params |= {"accounts": accounts, "session": {"kms_key_arn": key}}
    return machines.file(path, yaml.safe_dump(params, sort_keys=False))


def _again(scene: Scene) -> None:
    """
    Let the agents ask again at once: refused, they would wait half an hour.
    """
    for name in scene.hosts:
        restarted(scene.host(name), SSM)


def _role_lost(scene: Scene) -> Undo | None:
    held = role(MANAGEMENT_ACCOUNT, NODES)
    if held is None:
        return None
    roles = iam_backends[MANAGEMENT_ACCOUNT]["aws"].roles
    key = next(key for key, each in roles.items() if each is held)
    del roles[key]
    return machines.together(
        [partial(_again, scene), partial(roles.__setitem__, key, held)]
    )


def _distrusted(scene: Scene) -> Undo | None:
    held = role(MANAGEMENT_ACCOUNT, NODES)
    if held is None:
        return None
    before = held.assume_role_policy_document
    trust = json.loads(before)
    conditions = trust["Statement"][0]["Condition"]
    conditions["StringEquals"] = {"aws:SourceAccount": NETWORK_ACCOUNT}
    held.assume_role_policy_document = json.dumps(trust)
    trusting = partial(setattr, held, "assume_role_policy_document", before)
    return machines.together([partial(_again, scene), trusting])


def _nodes_denied(*actions: str) -> Strike:
    def add(held: dict[str, str]) -> None:
        held[ADDED] = deny(*actions)

    return lambda _: policies(MANAGEMENT_ACCOUNT, NODES, add)


def _without_output(_: Scene) -> Undo | None:
    """
    Take the writing of command output out of the nodes' policy, once it is there.
    """
    held = role(MANAGEMENT_ACCOUNT, NODES)
    if held is None or OPERATIONS_POLICY not in held.policies:
        return None

    def without(policies_of: dict[str, str]) -> None:
        policy = json.loads(policies_of[OPERATIONS_POLICY])
        policy["Statement"] = [
            each for each in policy["Statement"] if "s3:PutObject" not in each["Action"]
        ]
        policies_of[OPERATIONS_POLICY] = json.dumps(policy)

    return policies(MANAGEMENT_ACCOUNT, NODES, without)


TROUBLES: Final = (
    Trouble(
        "operator-without-passrole",
        "The operator may not pass the nodes' role on.",
        "activation",
        "operator-lacks-passrole",
        _operator_lacks(MANAGEMENT_ACCOUNT, "iam:PassRole"),
    ),
    Trouble(
        "operator-without-create-endpoint",
        "The operator may not make interface endpoints.",
        "endpoints",
        "operator-lacks-right",
        _operator_lacks(NETWORK_ACCOUNT, "ec2:CreateVpcEndpoint"),
    ),
    Trouble(
        "operator-denied-by-guardrail",
        "A guardrail policy denies the operator to make activations.",
        "activation",
        "operator-denied",
        _operator_denied(CREATE_ACTIVATION),
    ),
    Trouble(
        "operator-under-boundary",
        "The operator's role has a permissions boundary without activations.",
        "activation",
        "operator-boundary",
        bounded(OPERATOR_ROLE, CREATE_ACTIVATION),
    ),
    Trouble(
        "organisation-forbids-activations",
        "The organisation forbids hybrid activations.",
        "activation",
        "organisation-denies",
        _organisation(CREATE_ACTIVATION),
    ),
    Trouble(
        "credentials-of-other-account",
        "The operator is logged in to another account than the parameters name.",
        "preflight",
        "wrong-account",
        _wrong_account,
    ),
    Trouble(
        "node-role-deleted",
        "Somebody deletes the nodes' role after the activation was made.",
        "ssm-agent",
        "node-role-missing",
        _role_lost,
    ),
    Trouble(
        "node-role-trusts-other-account",
        "The trust policy of the nodes' role names another account.",
        "ssm-agent",
        "node-role-distrusts",
        _distrusted,
    ),
    Trouble(
        "node-role-without-output",
        "Somebody takes the writing of command output out of the nodes' policy.",
        "iam-attach",
        "node-role-lacks-right",
        _without_output,
    ),
    Trouble(
        "node-role-under-boundary",
        "The nodes' role has a permissions boundary without S3.",
        "iam-attach",
        "node-role-boundary",
        bounded(NODES, "s3:*"),
    ),
    Trouble(
        "node-role-denied-logs",
        "A guardrail policy on the nodes' role denies CloudWatch Logs.",
        "iam-attach",
        "node-role-denied",
        _nodes_denied("logs:PutLogEvents"),
    ),
    Trouble(
        "node-role-denied-key",
        "A guardrail policy on the nodes' role denies the use of keys.",
        "iam-attach",
        "node-role-denied",
        _nodes_denied("kms:Decrypt"),
    ),
)
