"""
Session Manager's preferences: one document for the whole account and Region.

It has no owner. This runbook sets its own lines in it, leaves all other lines as
they are, and puts its lines back to what they were when it is rolled back.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final

from closednet.aws.tolerance import Tolerating
from closednet.errors import DriftError
from closednet.model import canonical
from closednet.model.change import Found
from closednet.model.specs.management import SESSION_DOCUMENT, SessionPreferences
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account


OUR_INPUTS: Final = {
    "kmsKeyId": "kms_key_arn",
    "cloudWatchLogGroupName": "log_group",
    "cloudWatchEncryptionEnabled": "log_group_encrypted",
    "cloudWatchStreamingEnabled": "stream_logs",
    "idleSessionTimeout": "idle_timeout_minutes",
}
OTHER_INPUTS: Final = {
    "s3BucketName": "",
    "s3KeyPrefix": "",
    "s3EncryptionEnabled": True,
    "runAsEnabled": False,
    "runAsDefaultUser": "",
    "maxSessionDuration": "",
    "shellProfile": {"windows": "", "linux": ""},
}


class SessionDocuments(PlainKind):
    """
    Kind of the session preferences.
    """

    spec_type = SessionPreferences
    actions = Actions(
        account="management",
        find=("ssm:GetDocument",),
        create=("ssm:CreateDocument", "ssm:DescribeDocument"),
        update=(
            *("ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion"),
            "ssm:DescribeDocument",
        ),
        delete=("ssm:DeleteDocument",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(
        self, wanted: Iterable[SessionPreferences]
    ) -> dict[str, Found[SessionPreferences]]:
        """
        Return what the document in force says, if there is one.
        """
        content = self.content()
        if content is None:
            return {}
        inputs = content.get("inputs", {})
        values = {field: inputs.get(name) for name, field in OUR_INPUTS.items()}
        seen = SessionPreferences(**values)
        return {spec.key: Found(seen, SESSION_DOCUMENT, owned=True) for spec in wanted}

    def create(self, spec: SessionPreferences) -> str:
        """
        Make the document.
        """
        call = self._account.call("ssm:CreateDocument", SESSION_DOCUMENT)
        # A request whose answer was lost is sent again by botocore.
        with Tolerating("DocumentAlreadyExists"), call:
            self._account.ssm.create_document(
                Content=canonical.text(_new_content(spec)),
                Name=SESSION_DOCUMENT,
                DocumentType="Session",
                DocumentFormat="JSON",
            )
            return SESSION_DOCUMENT
        return self.update(spec, spec)

    def update(self, old: SessionPreferences, new: SessionPreferences) -> str:
        """
        Write a new version in which our lines differ and nothing else does.
        """
        text = canonical.text(self._wanted(new))
        call = self._account.call("ssm:UpdateDocument", SESSION_DOCUMENT)
        # A version, new or old, may say this already without being in force.
        with Tolerating("DuplicateDocumentContent"), call:
            self._account.ssm.update_document(
                Content=text,
                Name=SESSION_DOCUMENT,
                DocumentVersion="$LATEST",
                DocumentFormat="JSON",
            )
        return SESSION_DOCUMENT

    def delete(self, spec: SessionPreferences, resource_id: str) -> None:
        """
        Remove the document, unless others wrote into it meanwhile.

        Raises:
            DriftError: It holds more than we put there.
        """
        content = self.content()
        if content is None:
            return
        if canonical.text(content) != canonical.text(_new_content(spec)):
            raise DriftError(
                f"{resource_id} holds lines that this runbook did not write",
                hint="decide with their author, then edit the session preferences"
                " by hand",
            )
        call = self._account.call("ssm:DeleteDocument", resource_id)
        with Tolerating("InvalidDocument"), call:
            self._account.ssm.delete_document(Name=resource_id)

    def settle(self, specs: Iterable[SessionPreferences]) -> None:
        """
        Wait until the newest version is active, and put the wanted one in force.
        """
        for spec in specs:
            latest = self._account.waiting.until(
                self._active_version, what=f"{SESSION_DOCUMENT} active"
            )
            chosen = self._version_that_says(self._wanted(spec), latest)
            subject = f"{SESSION_DOCUMENT} version {chosen}"
            with self._account.call("ssm:UpdateDocumentDefaultVersion", subject):
                self._account.ssm.update_document_default_version(
                    Name=SESSION_DOCUMENT, DocumentVersion=chosen
                )

    def _wanted(self, spec: SessionPreferences) -> dict[str, Any]:
        """
        Return the document in force with our lines in it.
        """
        content = self.content() or _new_content(spec)
        inputs = dict(content.get("inputs", {})) | _our_inputs(spec)
        kept = {name: value for name, value in inputs.items() if value is not None}
        return content | {"inputs": kept}

    def _version_that_says(self, wanted: dict[str, Any], latest: str) -> str:
        """
        Return the newest version with this content; there is mostly one above all.
        """
        for number in range(int(latest), 0, -1):
            if self.content(str(number)) == wanted:
                return str(number)
        return latest

    def content(self, version: str = "$DEFAULT") -> dict[str, Any] | None:
        """
        Return what a version says, by default the one in force; None without it.
        """
        call = self._account.call("ssm:GetDocument", SESSION_DOCUMENT)
        with Tolerating("InvalidDocument", "InvalidDocumentVersion"), call:
            raw = self._account.ssm.get_document(
                Name=SESSION_DOCUMENT, DocumentVersion=version, DocumentFormat="JSON"
            )
            content: dict[str, Any] = json.loads(raw["Content"])
            return content
        return None

    def _active_version(self) -> str | None:
        with self._account.call("ssm:DescribeDocument", SESSION_DOCUMENT):
            raw = self._account.ssm.describe_document(
                Name=SESSION_DOCUMENT, DocumentVersion="$LATEST"
            )
        document = raw["Document"]
        if document.get("Status", "Active") != "Active":
            return None
        return document["DocumentVersion"]


def _our_inputs(spec: SessionPreferences) -> dict[str, Any]:
    return {name: getattr(spec, field) for name, field in OUR_INPUTS.items()}


def _new_content(spec: SessionPreferences) -> dict[str, Any]:
    ours = {
        name: value for name, value in _our_inputs(spec).items() if value is not None
    }
    return {
        "schemaVersion": "1.0",
        "description": "Session Manager preferences",
        "sessionType": "Standard_Stream",
        "inputs": OTHER_INPUTS | ours,
    }
