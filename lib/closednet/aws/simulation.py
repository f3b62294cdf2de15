"""
IAM's policy simulator: whether something would be allowed, without doing it.
"""

from __future__ import annotations

import json

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet.aws.tolerance import Tolerating


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from closednet.aws.account import Account
    from closednet.model.needs import Need
    from closednet.waiting import Waiting

AT_ONCE: Final = 4
PROPAGATION_S: Final = 15.0
ALLOWED: Final = "allowed"
LACKING: Final = "node-role-lacks-right"
GONE: Final = ("NoSuchEntity", "NoSuchEntityException")


class Missing(NamedTuple):
    """
    An action that is not allowed on a resource.

    `cause` is the kind of policy that is in the way, as the simulator tells it.
    """

    action: str
    resource: str
    cause: str = LACKING

    def __str__(self) -> str:
        return (
            self.action if self.resource == "*" else f"{self.action} on {self.resource}"
        )


class Simulator:
    """
    Asks what the policies of a role, of a user or of an endpoint lack.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def waiting(self) -> Waiting:
        """
        How long a new policy may take until the simulator knows it.
        """
        waiting = self._account.waiting
        return replace(waiting, timeout_s=min(waiting.timeout_s, PROPAGATION_S))

    def of_role(self, name: str, needs: Iterable[Need]) -> tuple[Missing, ...]:
        """
        Return what the role may not do of what it needs.
        """
        return self._of_principal(f"role/{name}", needs)

    def of_user(self, name: str, needs: Iterable[Need]) -> tuple[Missing, ...]:
        """
        Return what the user may not do of what it needs.
        """
        return self._of_principal(f"user/{name}", needs)

    def of_endpoint(self, policy: str, needs: Iterable[Need]) -> tuple[Missing, ...]:
        """
        Return what a VPC endpoint's policy does not let through.

        The simulator takes policies of identities, which have no Principal. Only
        statements for everybody are kept: others do not admit all servers.
        """
        document = _without_principals(policy)
        if not document["Statement"]:
            return tuple(_all_of(needs))
        text = json.dumps(document)

        def of(need: Need) -> list[Missing]:
            with self._account.call("iam:SimulateCustomPolicy", need.actions[0]):
                pages = self._account.iam.get_paginator("simulate_custom_policy")
                answer = pages.paginate(PolicyInputList=[text], **_asked(need))
                return [each for page in answer for each in _denied(page)]

        return _together(of, needs)

    def _of_principal(self, what: str, needs: Iterable[Need]) -> tuple[Missing, ...]:
        account = self._account
        arn = f"arn:{account.partition}:iam::{account.id}:{what}"

        def of(need: Need) -> list[Missing]:
            call = account.call("iam:SimulatePrincipalPolicy", what)
            with Tolerating(*GONE), call:
                pages = account.iam.get_paginator("simulate_principal_policy")
                answer = pages.paginate(PolicySourceArn=arn, **_asked(need))
                return [each for page in answer for each in _denied(page)]
            return _all_of([need])

        return _together(of, needs)


def _together(
    ask: Callable[[Need], list[Missing]], needs: Iterable[Need]
) -> tuple[Missing, ...]:
    """
    Ask for several needs at a time, each once; what is missing is in their order.

    One question cannot hold them all: the simulator refuses actions that need
    different information.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(ask, dict.fromkeys(needs)))
    return tuple(each for missing in answers for each in missing)


def _asked(need: Need) -> Any:
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in need.context
    ]
    asked: dict[str, Any] = {"ActionNames": list(need.actions)}
    if need.resources != ("*",):
        asked["ResourceArns"] = list(need.resources)
    return asked | ({"ContextEntries": entries} if entries else {})


def _denied(page: Any) -> Iterator[Missing]:
    for result in page["EvaluationResults"]:
        action, specific = (
            result["EvalActionName"],
            result.get("ResourceSpecificResults"),
        )
        if specific:
            for one in specific:
                if one["EvalResourceDecision"] != ALLOWED:
                    where = one["EvalResourceName"]
                    yield Missing(action, where, _cause(one, "EvalResourceDecision"))
        elif result["EvalDecision"] != ALLOWED:
            where = result.get("EvalResourceName", "*")
            yield Missing(action, where, _cause(result, "EvalDecision"))


def _cause(result: Any, decision: str) -> str:
    boundary = result.get("PermissionsBoundaryDecisionDetail", {})
    organisation = result.get("OrganizationsDecisionDetail", {})
    if not boundary.get("AllowedByPermissionsBoundary", True):
        return "node-role-boundary"
    if not organisation.get("AllowedByOrganizations", True):
        return "organisation-denies"
    return "node-role-denied" if result[decision] == "explicitDeny" else LACKING


def _all_of(needs: Iterable[Need]) -> list[Missing]:
    return [
        Missing(action, resource)
        for need in needs
        for action in need.actions
        for resource in need.resources
    ]


def _without_principals(policy: str) -> dict[str, Any]:
    document = json.loads(policy)
    listed = document["Statement"]
    statements = listed if isinstance(listed, list) else [listed]
    kept = [
        {name: value for name, value in each.items() if name != "Principal"}
        for each in statements
        if each.get("Principal") in ("*", {"AWS": "*"}) or each["Effect"] == "Deny"
    ]
    return {"Version": document.get("Version", "2012-10-17"), "Statement": kept}
