"""
Secrets in answers are known before anybody could log them; nothing else is.
"""

from __future__ import annotations

import json

from typing import Any

import pytest

from closednet import redact
from closednet.aws import learning


CODE = "Vb7Qm2Xy9Lk4Tz6Rw1Ns"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", {})


class Events:
    """
    Takes one handler, as botocore's emitter does.
    """

    def register(self, name: str, handler: Any) -> None:
        self.name, self.handler = name, handler


class Operation:
    """
    A model of an operation, of which only the name counts.
    """

    name = "CreateActivation"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"ActivationId": "1a2b", "ActivationCode": CODE}, [("ActivationCode", CODE)]),
        (
            {"Credentials": [{"SecretAccessKey": CODE, "AccessKeyId": "AKIA"}]},
            [("SecretAccessKey", CODE)],
        ),
        (
            {"Parameter": {"Type": "SecureString", "Value": CODE, "Name": "x"}},
            [("Value", CODE)],
        ),
        ({"Parameter": {"Type": "String", "Value": '{"logs": {}}'}}, []),
        ({"Tags": [{"Key": "site", "Value": "tokyo-dc1"}]}, []),
        ({"InstanceInformationList": [{"IPAddress": "192.168.10.11"}]}, []),
        (
            {"SecretString": json.dumps({"activation_id": "1a2b", "code": CODE})},
            [
                ("SecretString", json.dumps({"activation_id": "1a2b", "code": CODE})),
                ("code", CODE),
            ],
        ),
    ],
)
def test_json_gives_its_secrets_alone(body: Any, found: list[tuple[str, str]]) -> None:
    assert found == list(learning.secrets_in(json.dumps(body).encode()))


def test_xml_gives_its_secrets_alone() -> None:
    body = b"<AccessKey><AccessKeyId>AKIA</AccessKeyId><SecretAccessKey>a&amp;b/c+d"
    body += b"</SecretAccessKey></AccessKey>"

    assert [("SecretAccessKey", "a&b/c+d")] == list(learning.secrets_in(body))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b'"text"'])
def test_what_cannot_be_read_gives_none(body: bytes) -> None:
    assert [] == list(learning.secrets_in(body))


def test_an_answer_is_learned_before_it_is_parsed() -> None:
    events = Events()
    learning.watch(events)
    body = json.dumps({"ActivationCode": CODE}).encode()
    events.handler(operation_model=Operation(), response_dict={"body": body})
    events.handler(operation_model=Operation(), response_dict={"body": object()})

    assert "before-parse.*.*" == events.name
    assert ("ActivationCode of CreateActivation",) == redact.names()
    assert "[secret]" == redact.redact(CODE)
