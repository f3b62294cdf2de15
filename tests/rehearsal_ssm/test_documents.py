"""
Documents: Amazon's, and the account's own.
"""

from __future__ import annotations

import json

from typing import Any

import pytest

from tests.rehearsal_ssm.expect import refused


PREFERENCES = "SSM-SessionManagerRunShell"


def _preferences(**inputs: Any) -> str:
    return json.dumps(
        {
            "schemaVersion": "1.0",
            "description": "Preferences",
            "sessionType": "Standard_Stream",
            "inputs": {"s3EncryptionEnabled": True, "kmsKeyId": "", **inputs},
        }
    )


def _create(client: Any, content: str, name: str = PREFERENCES) -> dict[str, Any]:
    answer = client.create_document(
        Content=content, Name=name, DocumentType="Session", DocumentFormat="JSON"
    )
    return dict(answer["DocumentDescription"])


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("AWS-RunShellScript", ["aws:runShellScript"]),
        ("AWS-RunPowerShellScript", ["aws:runPowerShellScript"]),
        ("AWS-UpdateSSMAgent", ["aws:updateSsmAgent"]),
        ("AWS-ConfigureAWSPackage", ["configurePackage"]),
        (
            "AmazonCloudWatch-ManageAgent",
            ["ControlCloudWatchAgentWindows", "ControlCloudWatchAgentLinux"],
        ),
    ],
)
def test_amazon_documents_exist(client: Any, name: str, steps: list[str]) -> None:
    content = json.loads(client.get_document(Name=name)["Content"])
    shown = client.describe_document(Name=f"arn:aws:ssm:::document/{name}")["Document"]
    named = [step["name"] for step in content.get("mainSteps", [])]

    assert steps == (named or list(content["runtimeConfig"]))
    assert ("Amazon", "Command") == (shown["Owner"], shown["DocumentType"])
    assert shown["Parameters"]


def test_session_preferences_are_versioned(client: Any) -> None:
    with refused("InvalidDocument", PREFERENCES):
        client.get_document(Name=PREFERENCES)
    first = _create(client, _preferences())
    shared = client.describe_document_permission(
        Name=PREFERENCES, PermissionType="Share"
    )
    assert [] == shared["AccountIds"]
    with refused("DuplicateDocumentContent"):
        client.update_document(
            Content=_preferences(), Name=PREFERENCES, DocumentVersion="$LATEST"
        )
    changed = _preferences(idleSessionTimeout="20")
    second = client.update_document(
        Content=changed, Name=PREFERENCES, DocumentVersion="$LATEST"
    )["DocumentDescription"]

    assert ("1", "2") == (first["DocumentVersion"], second["DocumentVersion"])
    assert _preferences() == client.get_document(Name=PREFERENCES)["Content"]
    client.update_document_default_version(Name=PREFERENCES, DocumentVersion="2")
    assert changed == client.get_document(Name=PREFERENCES)["Content"]
    versions = client.list_document_versions(Name=PREFERENCES)["DocumentVersions"]
    defaults = [(v["DocumentVersion"], v["IsDefaultVersion"]) for v in versions]
    assert [("2", True), ("1", False)] == defaults


def test_a_document_is_made_once(client: Any) -> None:
    _create(client, _preferences())

    with refused("DocumentAlreadyExists"):
        _create(client, _preferences())


def test_a_document_is_deleted(client: Any) -> None:
    _create(client, _preferences())
    client.delete_document(Name=PREFERENCES)

    with refused("InvalidDocument"):
        client.get_document(Name=PREFERENCES)


def test_one_version_is_deleted(client: Any) -> None:
    _create(client, _preferences())
    changed = _preferences(idleSessionTimeout="20")
    client.update_document(Content=changed, Name=PREFERENCES, DocumentVersion="$LATEST")
    client.delete_document(Name=PREFERENCES, DocumentVersion="2")

    with refused("InvalidDocumentVersion"):
        client.get_document(Name=PREFERENCES, DocumentVersion="2")
    with refused("InvalidDocumentOperation"):
        client.delete_document(Name=PREFERENCES, DocumentVersion="1")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "InvalidDocumentContent"),
        ("[]", "InvalidDocumentContent"),
        (_preferences(s3EncryptionEnabled="true"), "InvalidDocumentContent"),
        (_preferences(idleSessionTimeout="61"), "InvalidDocumentContent"),
        (_preferences(colour="red"), "InvalidDocumentContent"),
        ('{"schemaVersion": "2.2"}', "InvalidDocumentSchemaVersion"),
        ('{"schemaVersion": "1.0"}', "InvalidDocumentContent"),
    ],
)
def test_content_is_checked(client: Any, content: str, code: str) -> None:
    with refused(code):
        _create(client, content)


def test_reserved_names_are_refused(client: Any) -> None:
    with refused("ValidationException", "cannot start with"):
        _create(client, _preferences(), "AWS-Mine")


def test_amazon_documents_cannot_be_changed(client: Any) -> None:
    with refused("InvalidDocument", "not this account's"):
        client.delete_document(Name="AWS-RunShellScript")


def test_formats_are_converted(client: Any) -> None:
    _create(client, _preferences())
    shown = client.get_document(Name=PREFERENCES, DocumentFormat="YAML")

    assert "YAML" == shown["DocumentFormat"]
    assert "sessionType: Standard_Stream" in shown["Content"]


def test_documents_are_listed(client: Any) -> None:
    _create(client, _preferences())
    pages = client.get_paginator("list_documents")

    def names(key: str, *values: str) -> list[str]:
        filters = [{"Key": key, "Values": list(values)}]
        found = pages.paginate(Filters=filters)
        return list(found.search("DocumentIdentifiers[].Name"))

    assert [PREFERENCES] == names("Owner", "Self")
    assert 5 == len(names("Owner", "Amazon"))
    assert [PREFERENCES] == names("DocumentType", "Session")
    assert 2 == len(names("Name", "AWS-Run"))
    with refused("InvalidFilterKey"):
        names("Colour", "red")
