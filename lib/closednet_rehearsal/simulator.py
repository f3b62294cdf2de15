"""
IAM's policy simulator, which moto lacks: the decision without the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.iam_reads import RehearsalIAMResponse
from closednet_rehearsal.permissions import attached, documents
from closednet_rehearsal.permissions.evaluate import (
    BOUNDARY,
    ORGANISATION,
    Access,
    Rules,
    decide,
)
from closednet_rehearsal.permissions.principals import Caller


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.evaluate import Decision
    from closednet_rehearsal.permissions.patterns import Context

_PAGE: Final = 100


class SimulatingIAMResponse(RehearsalIAMResponse):
    """
    IAM with its simulator of policies.
    """

    def simulate_principal_policy(self) -> ActionResult:
        """
        Say what the policies of a user or a role allow.
        """
        arn = str(self._get_param("PolicySourceArn"))
        caller = _holder(arn)
        side = attached.side_of(caller, None)
        if not side.exists:
            raise Refusal("NoSuchEntity", f"The entity {arn} cannot be found.", 404)
        return self._simulated(caller, Rules(side.identity, (), side.ceilings))

    def simulate_custom_policy(self) -> ActionResult:
        """
        Say what the given policies allow, whoever had them.
        """
        texts = self._get_param("PolicyInputList") or []
        try:
            given = [
                documents.parsed(f"PolicyInputList.{number}", str(text))
                for number, text in enumerate(texts, 1)
            ]
        except (KeyError, ValueError) as error:
            raise Refusal("InvalidInput", f"This is no policy: {error}") from error
        if any(each.names for policy in given for each in policy.statements):
            text = "A policy of an identity has no element Principal"
            raise Refusal("InvalidInput", text)
        caller = Caller(
            self.current_account, f"arn:aws:iam::{self.current_account}:root"
        )
        return self._simulated(caller, Rules(tuple(given)))

    def _simulated(self, caller: Caller, rules: Rules) -> ActionResult:
        context = _context(self._get_param("ContextEntries") or [])
        resources = self._get_param("ResourceArns") or ["*"]
        results = [
            _result(
                str(action),
                str(resource),
                decide(caller, Access(str(action), str(resource), "", context), rules),
            )
            for action in self._get_param("ActionNames")
            for resource in resources
        ]
        start = int(self._get_param("Marker") or 0)
        end = start + int(self._get_param("MaxItems") or _PAGE)
        more = end < len(results)
        shown: dict[str, Any] = {
            "EvaluationResults": results[start:end],
            "IsTruncated": more,
        }
        return ActionResult(shown | ({"Marker": str(end)} if more else {}))


def _holder(arn: str) -> Caller:
    account, named = arn.split(":")[4], arn.split(":")[5]
    kind, _, rest = named.partition("/")
    name = rest.rpartition("/")[2]
    if kind == "role":
        return Caller(account, f"arn:aws:sts::{account}:assumed-role/{name}/simulated")
    return Caller(account, f"arn:aws:iam::{account}:user/{name}")


def _context(entries: list[dict[str, Any]]) -> Context:
    keys = {
        str(entry["ContextKeyName"]).lower(): tuple(
            str(value) for value in entry.get("ContextKeyValues") or ()
        )
        for entry in entries
    }
    return keys.get


def _result(action: str, resource: str, decision: Decision) -> dict[str, Any]:
    verdict = "explicitDeny" if decision.explicit else "implicitDeny"
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": "allowed" if decision.allowed else verdict,
        "MatchedStatements": [
            {"SourcePolicyId": each.policy, "SourcePolicyType": "IAM Policy"}
            for group in decision.grants
            for each in group
        ],
        "MissingContextValues": [],
    } | _details(decision)


def _details(decision: Decision) -> dict[str, Any]:
    """
    Say which ceiling was in the way, if one was.
    """
    if decision.allowed:
        return {}
    boundary = {"AllowedByPermissionsBoundary": False}
    organisation = {"AllowedByOrganizations": False}
    details: dict[str, dict[str, Any]] = {
        BOUNDARY: {"PermissionsBoundaryDecisionDetail": boundary},
        ORGANISATION: {"OrganizationsDecisionDetail": organisation},
    }
    return details.get(decision.because, {})
