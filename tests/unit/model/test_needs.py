"""
What servers need, against what the generated policies allow.
"""

from __future__ import annotations

import json

from typing import Any

import pytest

from closednet.model import iam_policies, needs
from closednet.model.endpoint_policies import PolicyFacts, endpoint_policy
from closednet_rehearsal.permissions.documents import parsed
from closednet_rehearsal.permissions.evaluate import Access, Rules, decide
from closednet_rehearsal.permissions.principals import Caller
from tests.unit.model.sites import params_with


CALLER = Caller("222222222222", "arn:aws:iam::222222222222:user/any")
SITES: dict[str, dict[str, Any]] = {
    "plain": {},
    "user": {"cloudwatch__credentials": "iam-user"},
    "store": {"cloudwatch__config_store": "parameter-store"},
    "patches": {"wishes__patch_microsoft_applications": True},
    "no sessions": {"wishes__session_manager": False},
    "no polling": {"endpoints__services": ["ssm", "ssmmessages", "s3", "logs"]},
}
SERVICES = ("ssm", "ssmmessages", "ec2messages", "kms", "s3", "logs", "monitoring")


def lacking(document: str, wanted: tuple[needs.Need, ...]) -> list[str]:
    """
    Return what of the needs a policy does not allow.
    """
    rules = Rules(identity=(parsed("p", document),))
    return [
        f"{action} on {resource}"
        for need in wanted
        for action in need.actions
        for resource in need.resources
        if not decide(CALLER, Access(action, resource, "", _keys(need)), rules).allowed
    ]


def _keys(need: needs.Need) -> Any:
    return {key.lower(): (value,) for key, value in need.context}.get


def without(document: str, number: int) -> str:
    """
    Return a policy with one statement less.
    """
    policy = json.loads(document)
    del policy["Statement"][number]
    return json.dumps(policy)


@pytest.mark.parametrize("site", SITES)
def test_generated_policies_allow_what_is_needed_and_no_statement_more(
    site: str,
) -> None:
    """
    Without any one of their statements something that is needed lacks.
    """
    params = params_with(**SITES[site])
    for document, wanted in (
        (iam_policies.core(params), needs.of_agent(params)),
        (iam_policies.operations(params), needs.of_operations(params)),
        (iam_policies.cloudwatch_user(params), needs.of_cloudwatch(params)),
    ):
        assert [] == lacking(document, wanted)
        for number in range(len(json.loads(document)["Statement"])):
            assert lacking(without(document, number), wanted)


@pytest.mark.parametrize("site", SITES)
def test_every_action_of_a_generated_policy_is_needed(site: str) -> None:
    params = params_with(**SITES[site])
    for document, wanted in (
        (iam_policies.core(params), needs.of_agent(params)),
        (iam_policies.operations(params), needs.of_operations(params)),
        (iam_policies.cloudwatch_user(params), needs.of_cloudwatch(params)),
    ):
        statements = json.loads(document)["Statement"]
        allowed = {action for each in statements for action in each["Action"]}

        assert allowed == {action for need in wanted for action in need.actions}


@pytest.mark.parametrize("service", SERVICES)
def test_endpoints_admit_what_goes_through_them_and_no_statement_more(
    service: str,
) -> None:
    params = params_with()
    facts = PolicyFacts(
        params.region,
        params.accounts.management.id,
        params.output.bucket,
        params.session.kms_key_arn,
    )
    document = endpoint_policy(service, facts)
    wanted = needs.of_endpoint(service, params)

    assert wanted
    assert [] == lacking(document, wanted)
    for number in range(len(json.loads(document)["Statement"])):
        assert lacking(without(document, number), wanted)


def test_an_endpoint_that_asks_for_a_principal_keeps_servers_from_registering() -> None:
    """
    The trap of perimeter policies: registration and renewal carry no principal.
    """
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": "222222222222"}},
            },
        }
    )

    missing = lacking(document, needs.of_endpoint("ssm", params_with()))

    assert [f"{action} on *" for action in needs.WITHOUT_PRINCIPAL] == missing


def test_services_of_which_nothing_is_known_need_nothing() -> None:
    assert () == needs.of_endpoint("sts", params_with())
