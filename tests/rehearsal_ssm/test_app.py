"""
The application as a whole: what it answers, what it passes on, what it refuses.
"""

from __future__ import annotations

import http.client
import json
import threading

from typing import Any

import pytest
import waitress

from closednet_rehearsal.ssm.app import operation_of
from tests.rehearsal_ssm.agents import Agent, activate, join
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.signatures import private_key, public_text
from tests.rehearsal_ssm.wires import ACCOUNT, REGION, Cloud


JSON_TYPE = "application/x-amz-json-1.1"


def test_parameter_store_is_passed_on(cloud: Cloud, client: Any) -> None:
    client.put_parameter(Name="AmazonCloudWatch-x", Value="{}", Type="String")
    client.describe_parameters(MaxResults=50)
    client.list_tags_for_resource(ResourceType="Parameter", ResourceId="x")
    passed = [each["target"].partition(".")[2] for each in cloud.passed_on]

    expected = ["PutParameter", "DescribeParameters", "ListTagsForResource"]
    assert expected == passed
    assert 5 == cloud.passed_on[1]["body"]["MaxResults"]


def test_parameters_are_checked_before(cloud: Cloud, client: Any) -> None:
    with refused("ValidationException", "4096"):
        client.put_parameter(Name="x", Value="y" * 4097, Type="String")
    with refused("ValidationException", "enum value set"):
        client.put_parameter(Name="x", Value="y", Type="Text")
    assert [] == cloud.passed_on


def test_other_services_are_passed_on(cloud: Cloud) -> None:
    status, _, _ = cloud.post("/", b"{}", {"X-Amz-Target": "Logs_20140328.Any"})

    assert 200 == status
    assert 1 == len(cloud.passed_on)


def test_what_is_not_rehearsed_is_refused_and_counted(
    cloud: Cloud, client: Any
) -> None:
    with refused("RehearsalNotImplemented", "ssm:GetInventory"):
        client.get_inventory()
    assert ["ssm:GetInventory"] == cloud.world.unsupported


def test_nonsense_is_refused(cloud: Cloud) -> None:
    for body in (b"{", b"[]", b"\xff"):
        status, headers, answer = cloud.post(
            "/", body, {"X-Amz-Target": "AmazonSSM.ListCommands"}
        )

        assert 400 == status
        assert "SerializationException" == headers["x-amzn-ErrorType"]
        assert "SerializationException" == json.loads(answer)["__type"]


def test_channels_are_for_nodes_only(cloud: Cloud) -> None:
    control = cloud.post("/v1/control-channel/mi-x", b"{}", {})
    data = cloud.post("/v1/data-channel/x", b"{}", {})

    assert (400, 400) == (control[0], data[0])
    assert b"<UnrecognizedClientException>" in control[2]
    assert b"<AccessDeniedException>" in data[2]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("AmazonSSM.SendCommand", ("ssm", "SendCommand")),
        (
            "EC2WindowsMessageDeliveryService.GetMessages",
            ("ec2messages", "GetMessages"),
        ),
        ("Logs_20140328.PutLogEvents", None),
        ("", None),
    ],
)
def test_operations_are_named(target: str, expected: Any) -> None:
    assert expected == operation_of({"HTTP_X_AMZ_TARGET": target})


def test_node_credentials_identify_the_node(cloud: Cloud, agent: Agent) -> None:
    scope = f"{agent.token['AccessKeyId']}/20261123/{REGION}/ssm/aws4_request"
    caller = cloud.app.identify(
        {
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, "
            "SignedHeaders=host, Signature=x"
        }
    )

    assert (ACCOUNT, REGION) == (caller.account, caller.region)
    assert caller.principal.endswith(agent.node_id)


def test_a_snapshot_tells_resources_and_no_history(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    before = cloud.app.snapshot()
    client.send_command(
        DocumentName="AWS-RunShellScript",
        InstanceIds=[agent.node_id],
        Parameters={"commands": ["true"]},
    )
    cloud.wait(1000)

    assert before == cloud.app.snapshot()
    assert f"{ACCOUNT}/{REGION}/{agent.node_id}" in json.dumps(before)
    assert activate(cloud)["ActivationCode"] not in json.dumps(cloud.app.snapshot())
    assert before != cloud.app.snapshot()


def test_a_snapshot_forgets_what_was_undone(cloud: Cloud, client: Any) -> None:
    before = cloud.app.snapshot()
    agent = join(cloud)
    tier = "/ssm/managed-instance/activation-tier"
    client.update_service_setting(SettingId=tier, SettingValue="advanced")
    cloud.wait(1)
    client.deregister_managed_instance(InstanceId=agent.node_id)
    (activation,) = client.describe_activations()["ActivationList"]
    client.delete_activation(ActivationId=activation["ActivationId"])
    client.reset_service_setting(SettingId=tier)

    assert before == cloud.app.snapshot()


def test_a_chunked_body_arrives_over_a_socket(cloud: Cloud) -> None:
    made = activate(cloud)
    body = {
        "ActivationCode": made["ActivationCode"],
        "ActivationId": made["ActivationId"],
        "Fingerprint": "f",
        "PublicKey": public_text(private_key()),
        "PublicKeyType": "Rsa",
    }
    server = waitress.create_server(cloud.app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.effective_port)
    target = {"X-Amz-Target": "AmazonSSM.RegisterManagedInstance"}
    headers = {"Content-Type": JSON_TYPE, **target}
    chunks = iter([json.dumps(body).encode()])
    connection.request("POST", "/", chunks, headers, encode_chunked=True)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(timeout=5)

    assert answer["InstanceId"].startswith("mi-")
