"""
Joining: activations good and bad, credentials by the machine's own key, pings.
"""

from __future__ import annotations

import json

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.rehearsal_agent.agents import Agent, public_text, rsa_key
from tests.rehearsal_agent.signing import Scope, moment


if TYPE_CHECKING:
    from tests.rehearsal_agent.operators import Operator
    from tests.rehearsal_agent.roads import Road

Refusal = Callable[..., str]
TOKEN = "RequestManagedInstanceRoleToken"


def test_a_machine_joins(operator: Operator, agent: Agent) -> None:
    node = operator.node(agent)

    assert 20 == len(agent.node_id)
    assert ("Online", "strange01") == (node["PingStatus"], node["ComputerName"])
    assert agent.token["UpdateKeyPair"] is False
    assert "Debian GNU/Linux" == node["PlatformName"]


def test_what_was_never_activated_is_refused(
    operator: Operator, road: Road, refusal: Refusal
) -> None:
    made, agent = operator.activate(), Agent(road)
    wrong_id = {**made, "ActivationId": "00000000-0000-4000-8000-000000000000"}
    wrong_code = {**made, "ActivationCode": "x" * 20}

    assert "InvalidActivation" == refusal(agent.register, wrong_id)
    assert "InvalidActivation" == refusal(agent.register, wrong_code)
    operator.ssm.delete_activation(ActivationId=made["ActivationId"])
    assert "InvalidActivation" == refusal(agent.register, made)


def test_an_activation_holds_in_its_region_only(
    operator: Operator, road: Road, refusal: Refusal
) -> None:
    agent = Agent(road, region="eu-west-1")

    assert "InvalidActivation" == refusal(agent.register, operator.activate())


def test_a_replayed_activation_is_refused(
    operator: Operator, road: Road, refusal: Refusal
) -> None:
    made = operator.activate(limit=1)
    Agent(road).register(made)

    assert "RegistrationLimitExceeded" == refusal(Agent(road).register, made)


def test_an_expired_activation_is_refused(
    operator: Operator, road: Road, refusal: Refusal
) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    made = operator.activate(ExpirationDate=soon)
    operator.advance(25 * 3600)

    assert "ActivationExpired" == refusal(Agent(road).register, made)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PublicKey": "x" * 392}, "InvalidPublicKey"),
        ({"PublicKeyType": "Ed25519"}, "InvalidPublicKey"),
        ({"PublicKey": "short"}, "ValidationException"),
    ],
    ids=["no key", "another kind", "too short"],
)
def test_a_key_must_be_one(
    operator: Operator, road: Road, refusal: Refusal, changes: dict[str, str], code: str
) -> None:
    made = operator.activate()

    assert code == refusal(Agent(road).register, made, **changes)


def test_a_foreign_fingerprint_is_refused(agent: Agent, refusal: Refusal) -> None:
    code = refusal(agent.get_token, Fingerprint="another machine")

    assert "MachineFingerprintDoesNotMatch" == code


def test_nobody_signs_for_another(
    agent: Agent, other: Agent, road: Road, refusal: Refusal
) -> None:
    stranger = Agent(road, rsa_key(7), agent.fingerprint, node_id=agent.node_id)

    assert "InvalidSignatureException" == refusal(stranger.get_token)
    stranger.node_id = "mi-00000000000000000"
    assert "AccessDeniedException" == refusal(stranger.get_token)
    assert "MachineFingerprintDoesNotMatch" == refusal(
        other.get_token, Fingerprint=agent.fingerprint
    )


def test_what_was_signed_is_what_was_sent(agent: Agent, refusal: Refusal) -> None:
    signed = {"Fingerprint": "as it was signed"}
    sent = json.dumps({"Fingerprint": agent.fingerprint}).encode()

    assert "InvalidSignatureException" == refusal(agent.by_key, TOKEN, signed, sent)


@pytest.mark.parametrize(
    "scope",
    [
        Scope("ap-northeast-1", "sts"),
        Scope("eu-west-1", "ssm"),
        Scope("ap-northeast-1", "ssm", "20200101"),
    ],
    ids=["service", "region", "day"],
)
def test_a_signature_for_something_else_is_refused(
    agent: Agent, refusal: Refusal, scope: Scope
) -> None:
    agent.scope = scope

    assert "InvalidSignatureException" == refusal(agent.get_token)
    assert "InvalidSignatureException" == refusal(agent.ping)


@pytest.mark.parametrize(
    "name", ["host", "x-amz-date", "x-amz-target", "x-amz-security-token"]
)
def test_a_signature_covers_what_matters(
    agent: Agent, refusal: Refusal, name: str
) -> None:
    agent.leave_out = frozenset({name})

    assert "InvalidSignatureException" == refusal(agent.ping)


def test_an_old_request_is_refused(agent: Agent, refusal: Refusal) -> None:
    agent.skew_s = -900

    assert moment(-900) < moment()
    assert "InvalidSignatureException" == refusal(agent.get_token)
    assert "InvalidSignatureException" == refusal(agent.ping)


def test_a_year_old_key_is_exchanged(
    operator: Operator, agent: Agent, refusal: Refusal
) -> None:
    operator.advance(366 * 86_400)

    assert agent.get_token()["UpdateKeyPair"] is True
    before = agent.key
    agent.change_key(rsa_key(1))
    assert agent.get_token()["UpdateKeyPair"] is False
    agent.key = before
    assert "InvalidSignatureException" == refusal(agent.get_token)
    assert public_text(before) != public_text(rsa_key(1))


def test_a_sparse_ping_tells_nothing_new(operator: Operator, agent: Agent) -> None:
    agent.ping(PlatformVersion="12.9")
    before = operator.node(agent)
    agent.ping(full=False)
    after = operator.node(agent)

    volatile = {"LastPingDateTime"}
    assert "12.9" == after["PlatformVersion"]
    assert {k: v for k, v in before.items() if k not in volatile} == {
        k: v for k, v in after.items() if k not in volatile
    }


def test_silence_is_a_lost_connection(operator: Operator, agent: Agent) -> None:
    operator.advance(899)
    before = operator.node(agent)["PingStatus"]
    operator.advance(2)
    after = operator.node(agent)["PingStatus"]
    agent.ping()

    assert ("Online", "ConnectionLost") == (before, after)
    assert "Online" == operator.node(agent)["PingStatus"]


def test_there_are_no_associations_to_fetch(agent: Agent) -> None:
    body = {"InstanceId": agent.node_id, "MaxResults": 20}

    for operation in ("ListInstanceAssociations", "ListAssociations"):
        assert {"Associations": []} == agent.ask(f"AmazonSSM.{operation}", body)
