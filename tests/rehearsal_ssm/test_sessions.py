"""
Session Manager, as an operator sees it.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.expect import refused


if TYPE_CHECKING:
    from tests.rehearsal_ssm.agents import Agent
    from tests.rehearsal_ssm.wires import Cloud


TIER = "/ssm/managed-instance/activation-tier"


def _advance_tier(cloud: Cloud, client: Any) -> None:
    client.update_service_setting(SettingId=TIER, SettingValue="advanced")
    cloud.wait(1)


def test_a_session_needs_the_advanced_tier(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    with refused("BadRequest", "Enable advanced-instances tier"):
        client.start_session(Target=agent.node_id)
    client.update_service_setting(SettingId=TIER, SettingValue="advanced")
    with refused("BadRequest"):
        client.start_session(Target=agent.node_id)
    cloud.wait(1)

    assert client.start_session(Target=agent.node_id)["SessionId"]


def test_a_session_opens_and_ends(cloud: Cloud, agent: Agent, client: Any) -> None:
    _advance_tier(cloud, client)
    opened = client.start_session(Target=agent.node_id, Reason="look")
    (shown,) = client.describe_sessions(State="Active")["Sessions"]
    client.terminate_session(SessionId=opened["SessionId"])
    (ended,) = client.describe_sessions(State="History")["Sessions"]

    assert (opened["SessionId"], "Connected", "look") == (
        shown["SessionId"],
        shown["Status"],
        shown["Reason"],
    )
    assert "Terminated" == ended["Status"]
    assert [] == client.describe_sessions(State="Active")["Sessions"]
    assert opened["StreamUrl"].startswith("wss://")


def test_a_silent_node_is_not_connected(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    _advance_tier(cloud, client)
    cloud.wait(120)

    for target in (agent.node_id, "mi-00000000000000000"):
        with refused("TargetNotConnected", target):
            client.start_session(Target=target)


def test_a_session_needs_a_session_document(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    _advance_tier(cloud, client)

    with refused("InvalidDocument"):
        client.start_session(Target=agent.node_id, DocumentName="AWS-RunShellScript")


def test_sessions_are_filtered(cloud: Cloud, agent: Agent, client: Any) -> None:
    _advance_tier(cloud, client)
    client.start_session(Target=agent.node_id)

    def count(key: str, value: str) -> int:
        wanted = [{"key": key, "value": value}]
        return len(client.describe_sessions(State="Active", Filters=wanted)["Sessions"])

    assert (1, 0) == (count("Target", agent.node_id), count("Target", "other"))
    assert 1 == count("InvokedAfter", "2026-01-01T00:00:00Z")


def test_fleet_manager_needs_encrypted_sessions(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    _advance_tier(cloud, client)
    asked = {
        "Target": agent.node_id,
        "DocumentName": "AWSFleetManager-GetPerformanceCounters",
    }
    with refused("BadRequest", "KMS encryption"):
        client.start_session(**asked)
    preferences = {
        "schemaVersion": "1.0",
        "sessionType": "Standard_Stream",
        "inputs": {"kmsKeyId": "alias/x", "maxSessionDuration": "60"},
    }
    client.create_document(
        Content=json.dumps(preferences),
        Name="SSM-SessionManagerRunShell",
        DocumentType="Session",
    )
    client.start_session(**asked)
    (shown,) = client.describe_sessions(State="Active")["Sessions"]

    assert "60" == shown["MaxSessionDuration"]
