"""
Registration, role credentials, and pings, spoken as an agent speaks them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsal_ssm.agents import Agent, RefusedError, activate, join
from tests.rehearsal_ssm.signatures import private_key
from tests.rehearsal_ssm.wires import ACCOUNT, REGION, ROLE, Cloud


if TYPE_CHECKING:
    from collections.abc import Callable


def _refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    with pytest.raises(RefusedError, match=r"\(rehearsal\)") as caught:
        call(*arguments, **more)
    return str(caught.value.code)


def test_a_registered_and_pinging_node_is_online(agent: Agent, client: Any) -> None:
    (shown,) = client.describe_instance_information()["InstanceInformationList"]

    assert agent.node_id.startswith("mi-")
    assert 20 == len(agent.node_id)
    assert agent.node_id == shown["InstanceId"]
    assert ("Online", "web01") == (shown["PingStatus"], shown["ComputerName"])
    assert ("Ubuntu", ROLE) == (shown["PlatformName"], shown["IamRole"])


def test_node_ids_follow_from_the_fingerprint() -> None:
    first, second = join(Cloud()), join(Cloud())
    other = join(Cloud(), "web02")

    assert first.node_id == second.node_id
    assert first.node_id != other.node_id


def test_registering_again_makes_a_new_node(cloud: Cloud, agent: Agent) -> None:
    before = agent.node_id
    agent.register(activate(cloud))

    assert before != agent.node_id


def test_a_node_inherits_from_its_activation(cloud: Cloud, client: Any) -> None:
    tags = [{"Key": "site", "Value": "tokyo"}]
    agent = join(cloud, DefaultInstanceName="edge", Tags=tags)
    (shown,) = client.describe_instance_information()["InstanceInformationList"]
    listed = client.list_tags_for_resource(
        ResourceType="ManagedInstance", ResourceId=agent.node_id
    )

    assert "edge" == shown["Name"]
    assert tags == listed["TagList"]


def test_registration_is_refused(cloud: Cloud) -> None:
    agent = Agent(cloud)
    used = activate(cloud, limit=1)
    agent.register(used)
    wrong = {"ActivationId": used["ActivationId"], "ActivationCode": "x" * 20}
    fresh = activate(cloud)

    assert "RegistrationLimitExceeded" == _refusal(agent.register, used)
    assert "InvalidActivation" == _refusal(agent.register, wrong)
    assert "InvalidPublicKey" == _refusal(agent.register, fresh, PublicKey="A" * 392)
    assert "ValidationException" == _refusal(agent.register, fresh, PublicKey="AAAA")
    cloud.wait(25 * 3600)
    assert "ActivationExpired" == _refusal(agent.register, fresh)


def test_the_host_name_chooses_the_region(cloud: Cloud) -> None:
    agent = Agent(cloud, host="ssm.ap-northeast-3.amazonaws.com")
    made = activate(cloud)

    assert "InvalidActivation" == _refusal(agent.register, made)
    agent.host = f"ssm.{REGION}.amazonaws.com"
    agent.register(made)


def test_credentials_belong_to_the_role_session(cloud: Cloud, agent: Agent) -> None:
    token = cloud.app.token_for(agent.token["AccessKeyId"])

    assert token is not None
    assert agent.token["AccessKeyId"].startswith("ASIA")
    assert agent.token["UpdateKeyPair"] is False
    assert (ACCOUNT, REGION) == (token.account, token.region)
    expected = f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}/{agent.node_id}"
    assert expected == token.principal


def test_credentials_are_refused_to_another_machine(agent: Agent) -> None:
    expected = "MachineFingerprintDoesNotMatch"

    assert expected == _refusal(agent.get_token, Fingerprint="other")


def test_credentials_are_refused_to_another_key(agent: Agent) -> None:
    agent.key = private_key(1)

    assert "InvalidSignatureException" == _refusal(agent.get_token)


def test_a_key_can_be_exchanged(agent: Agent) -> None:
    agent.change_key(private_key(1))
    agent.get_token()
    agent.ping()

    assert agent.token["SessionToken"].startswith("rehearsal-")


def test_a_skewed_clock_is_refused(agent: Agent) -> None:
    agent.skew_s = -900

    assert "InvalidSignatureException" == _refusal(agent.get_token)
    assert "InvalidSignatureException" == _refusal(agent.ping)


def test_a_role_that_is_gone_gives_no_credentials(cloud: Cloud, agent: Agent) -> None:
    del cloud.roles[ROLE]

    assert "AccessDeniedException" == _refusal(agent.get_token)


def test_the_trust_conditions_hold(cloud: Cloud, agent: Agent) -> None:
    statement = cloud.roles[ROLE].trust_policy["Statement"][0]
    foreign = {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    trust = {"Statement": [{**statement, "Condition": foreign}]}
    cloud.roles[ROLE] = replace(cloud.roles[ROLE], trust_policy=trust)

    assert "AccessDeniedException" == _refusal(agent.get_token)


def test_a_role_without_permission_cannot_ping(cloud: Cloud, agent: Agent) -> None:
    cloud.roles[ROLE] = replace(cloud.roles[ROLE], allows=lambda _: False)

    assert "AccessDeniedException" == _refusal(agent.ping)


def test_a_wrong_secret_is_refused(agent: Agent) -> None:
    agent.token["SecretAccessKey"] = "wrong"

    assert "InvalidSignatureException" == _refusal(agent.ping)


def test_a_wrong_session_token_is_refused(agent: Agent) -> None:
    agent.token["SessionToken"] = "wrong"

    assert "UnrecognizedClientException" == _refusal(agent.ping)


def test_credentials_expire(cloud: Cloud, agent: Agent) -> None:
    expires = agent.token["TokenExpirationDate"]
    cloud.app.service.wall = lambda: expires

    assert "ExpiredTokenException" == _refusal(agent.ping)


def test_a_sparse_ping_keeps_what_is_known(agent: Agent, client: Any) -> None:
    body = {
        "AgentName": "amazon-ssm-agent",
        "AgentVersion": "3.3.2746.0",
        "ComputerName": "",
        "InstanceId": agent.node_id,
        "PlatformType": "Linux",
    }
    agent.ask("AmazonSSM.UpdateInstanceInformation", body)
    (shown,) = client.describe_instance_information()["InstanceInformationList"]

    assert ("web01", "192.168.10.11") == (shown["ComputerName"], shown["IPAddress"])


def test_a_node_cannot_ping_for_another(agent: Agent) -> None:
    body = {"InstanceId": "mi-00000000000000000", "AgentName": "amazon-ssm-agent"}
    target = "AmazonSSM.UpdateInstanceInformation"

    assert "AccessDeniedException" == _refusal(agent.ask, target, body)


def test_a_deregistered_node_is_refused(agent: Agent, client: Any) -> None:
    client.deregister_managed_instance(InstanceId=agent.node_id)

    assert "InvalidInstanceId" == _refusal(agent.ping)
    assert "AccessDeniedException" == _refusal(agent.get_token)


def test_agents_are_given_no_associations(agent: Agent) -> None:
    for operation in ("ListInstanceAssociations", "ListAssociations"):
        body = {"InstanceId": agent.node_id, "MaxResults": 20}

        assert {"Associations": []} == agent.ask(f"AmazonSSM.{operation}", body)


def test_a_role_bounds_what_a_node_may_read(cloud: Cloud, agent: Agent) -> None:
    body = {"Name": "AmazonCloudWatch-linux"}
    agent.ask("AmazonSSM.GetParameter", body)
    denying = replace(cloud.roles[ROLE], allows=lambda action: "Get" not in action)
    cloud.roles[ROLE] = denying

    assert "AccessDeniedException" == _refusal(
        agent.ask, "AmazonSSM.GetParameter", body
    )
    assert 1 == len(cloud.passed_on)
