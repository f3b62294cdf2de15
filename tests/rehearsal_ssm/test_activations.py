"""
Hybrid activations.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.agents import activate
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.wires import ROLE, Cloud


if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_activation_is_listed_without_its_code(cloud: Cloud, client: Any) -> None:
    made = activate(cloud, 3, Tags=[{"Key": "site", "Value": "tokyo"}])
    (shown,) = client.describe_activations()["ActivationList"]

    assert len(made["ActivationCode"]) >= 20
    assert made["ActivationId"] == shown["ActivationId"]
    assert (3, 0) == (shown["RegistrationLimit"], shown["RegistrationsCount"])
    assert [{"Key": "site", "Value": "tokyo"}] == shown["Tags"]
    assert "ActivationCode" not in shown


def test_ids_are_the_same_in_every_rehearsal() -> None:
    first, second = activate(Cloud()), activate(Cloud())

    assert first["ActivationId"] == second["ActivationId"]
    assert first["ActivationCode"] == second["ActivationCode"]


def test_two_activations_of_one_description_differ(cloud: Cloud) -> None:
    assert activate(cloud)["ActivationId"] != activate(cloud)["ActivationId"]


def test_a_role_that_has_not_propagated_is_refused(cloud: Cloud, client: Any) -> None:
    later = cloud.world.clock.now() + 0.5
    cloud.roles[ROLE] = replace(cloud.roles[ROLE], visible_since=later)
    text = "Nonexistent role or missing ssm service principal in trust policy: arn:"

    with refused("ValidationException", text):
        client.create_activation(IamRole=ROLE)
    cloud.wait(1)

    assert client.create_activation(IamRole=f"service-role/{ROLE}")["ActivationId"]


def test_a_role_that_does_not_trust_the_service_is_refused(
    cloud: Cloud, client: Any
) -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2"}}}
    cloud.roles["other"] = replace(cloud.roles[ROLE], trust_policy=trust)

    for name in ("other", "absent"):
        with refused("ValidationException", "Nonexistent role"):
            client.create_activation(IamRole=name)


def test_an_expiry_beyond_thirty_days_is_refused(client: Any) -> None:
    now = datetime.now(UTC)

    for days in (31, -1):
        expiry = now + timedelta(days=days)
        with refused("InvalidParameters", "ExpirationDate"):
            client.create_activation(IamRole=ROLE, ExpirationDate=expiry)


def test_the_model_is_enforced(client: Any) -> None:
    cases: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
        (client.create_activation, {}, "Value null at 'iamRole'"),
        (
            client.create_activation,
            {"IamRole": ROLE, "RegistrationLimit": 1001},
            "less than or equal to 1000",
        ),
        (
            client.create_activation,
            {"IamRole": ROLE, "DefaultInstanceName": "no;semicolon"},
            "regular expression pattern",
        ),
        (client.describe_activations, {"MaxResults": 51}, "less than or equal to 50"),
    ]
    for call, request, text in cases:
        with refused("ValidationException", text):
            call(**request)


def test_a_japanese_name_satisfies_the_pattern(client: Any) -> None:
    name = "東京 第一"

    assert client.create_activation(IamRole=ROLE, DefaultInstanceName=name)


def test_activations_come_in_small_pages(cloud: Cloud, client: Any) -> None:
    for _ in range(7):
        activate(cloud)
    first = client.describe_activations(MaxResults=50)
    pages = client.get_paginator("describe_activations").paginate()

    assert 5 == len(first["ActivationList"])
    assert 7 == len(list(pages.search("ActivationList[].ActivationId")))
    with refused("InvalidNextToken"):
        client.describe_activations(NextToken="nonsense")


def test_activations_are_filtered(cloud: Cloud, client: Any) -> None:
    made = activate(cloud)["ActivationId"]
    activate(cloud)
    wanted = [{"FilterKey": "ActivationIds", "FilterValues": [made]}]
    found = client.describe_activations(Filters=wanted)["ActivationList"]

    assert [made] == [each["ActivationId"] for each in found]


def test_a_deleted_activation_is_gone(cloud: Cloud, client: Any) -> None:
    made = activate(cloud)["ActivationId"]
    client.delete_activation(ActivationId=made)

    assert [] == client.describe_activations()["ActivationList"]
    with refused("InvalidActivation"):
        client.delete_activation(ActivationId=made)


def test_accounts_do_not_see_each_other(cloud: Cloud) -> None:
    activate(cloud)

    assert [] == cloud.client("111111111111").describe_activations()["ActivationList"]
