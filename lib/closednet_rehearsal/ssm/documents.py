"""
Documents: those of the account, versioned, and those that Amazon owns.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.amazon_documents import amazon_documents
from closednet_rehearsal.ssm.document_content import (
    check,
    converted,
    parameter_list,
    parse,
)
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import tag_list, tag_map
from closednet_rehearsal.ssm.state import Document, DocumentVersion


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context
    from closednet_rehearsal.ssm.state import Scope


RESERVED: Final = ("aws", "amazon", "amzn")
LARGEST: Final = 65_536


def find(scope: Scope, name: str) -> Document:
    """
    Return a document by name or ARN.
    """
    short = name.rpartition("/")[2]
    document = scope.documents.get(short) or amazon_documents().get(short)
    if document is None:
        raise SsmError("InvalidDocument", f"Document with name {name} does not exist.")
    return document


def find_version(
    document: Document, wanted: str | None, name: str = ""
) -> DocumentVersion:
    """
    Return a version by number, name, `$LATEST`, or `$DEFAULT`.
    """
    latest = document.versions[-1].number
    numbers = {"$LATEST": latest, "$DEFAULT": document.default}
    number = numbers.get(wanted or "$DEFAULT", wanted)
    for version in document.versions:
        if version.name == name if name else str(version.number) == str(number):
            return version
    raise SsmError("InvalidDocumentVersion", f"{document.name} has no such version")


def create_document(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Create a document with its first version.
    """
    name = request["Name"]
    if name.lower().startswith(RESERVED):
        message = f"Document names cannot start with {', '.join(RESERVED)}"
        raise SsmError("ValidationException", message)
    if name in ctx.scope.documents:
        raise SsmError("DocumentAlreadyExists", f"Document {name} already exists.")
    document = Document(
        name=name,
        owner=ctx.scope.account,
        type=request.get("DocumentType", "Command"),
        versions=[],
        display_name=request.get("DisplayName", ""),
        target_type=request.get("TargetType", ""),
        tags=tag_map(request.get("Tags")),
    )
    document.versions.append(_version(ctx, document, request, 1))
    ctx.scope.documents[name] = document
    return {"DocumentDescription": describe(document, document.versions[0])}


def _version(
    ctx: Context, document: Document, request: JsonObject, number: int
) -> DocumentVersion:
    text, text_format = request["Content"], request.get("DocumentFormat", "JSON")
    if len(text.encode()) > LARGEST:
        raise SsmError("MaxDocumentSizeExceeded", f"More than {LARGEST} bytes")
    check(parse(text, text_format), document.type)
    name = request.get("VersionName", "")
    return DocumentVersion(number, text, text_format, ctx.now, name)


def describe_document_permission(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Tell whom a document of one's own is shared with: nobody here.
    """
    _own(ctx.scope, request["Name"])
    return {"AccountIds": [], "AccountSharingInfoList": []}


def update_document(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Add a version; the same text again is refused as a duplicate.
    """
    document = _own(ctx.scope, request["Name"])
    base = find_version(document, request.get("DocumentVersion", "$LATEST"))
    if base.number != document.versions[-1].number:
        message = "Only the latest version of a document can be updated"
        raise SsmError("InvalidDocumentVersion", message)
    if any(version.text == request["Content"] for version in document.versions):
        message = "The content of the document is the same as another version's"
        raise SsmError("DuplicateDocumentContent", message)
    version = _version(ctx, document, request, base.number + 1)
    document.versions.append(version)
    return {"DocumentDescription": describe(document, version)}


def update_document_default_version(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Choose the version that is used when none is named.
    """
    document = _own(ctx.scope, request["Name"])
    document.default = find_version(document, request["DocumentVersion"]).number
    chosen = str(document.default)
    return {"Description": {"Name": document.name, "DefaultVersion": chosen}}


def delete_document(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Delete a document, or one of its versions.
    """
    document = _own(ctx.scope, request["Name"])
    users = ctx.scope.associations.values()
    if any(each.request["Name"] == document.name for each in users):
        message = f"Document {document.name} is used by an association"
        raise SsmError("AssociatedInstances", message)
    if "DocumentVersion" not in request:
        del ctx.scope.documents[document.name]
        return {}
    version = find_version(document, request["DocumentVersion"])
    if version.number == document.default:
        message = "The default version cannot be deleted"
        raise SsmError("InvalidDocumentOperation", message)
    document.versions.remove(version)
    return {}


def get_document(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Return the text of a version, in the format asked for.
    """
    document = find(ctx.scope, request["Name"])
    version = _asked(document, request)
    wanted = request.get("DocumentFormat", "JSON")
    return {
        "Name": document.name,
        "CreatedDate": version.created,
        "DisplayName": document.display_name or None,
        "VersionName": version.name or None,
        "DocumentVersion": str(version.number),
        "Status": "Active",
        "Content": converted(version.text, version.format, wanted),
        "DocumentType": document.type,
        "DocumentFormat": wanted,
    }


def describe_document(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Describe a version without its text.
    """
    document = find(ctx.scope, request["Name"])
    return {"Document": describe(document, _asked(document, request))}


def _own(scope: Scope, name: str) -> Document:
    if name not in scope.documents:
        raise SsmError("InvalidDocument", f"Document {name} is not this account's.")
    return scope.documents[name]


def _asked(document: Document, request: JsonObject) -> DocumentVersion:
    name = request.get("VersionName", "")
    return find_version(document, request.get("DocumentVersion"), name)


def describe(document: Document, version: DocumentVersion) -> JsonObject:
    """
    Return a version the way DescribeDocument tells it.
    """
    content = parse(version.text, version.format)
    return {
        "Hash": sha256(version.text.encode()).hexdigest(),
        "HashType": "Sha256",
        "Name": document.name,
        "DisplayName": document.display_name or None,
        "VersionName": version.name or None,
        "Owner": document.owner,
        "CreatedDate": version.created,
        "Status": "Active",
        "DocumentVersion": str(version.number),
        "Description": content.get("description"),
        "Parameters": parameter_list(content),
        "PlatformTypes": list(document.platforms),
        "DocumentType": document.type,
        "SchemaVersion": str(content.get("schemaVersion", "")) or None,
        "LatestVersion": str(document.versions[-1].number),
        "DefaultVersion": str(document.default),
        "DocumentFormat": version.format,
        "TargetType": document.target_type or None,
        "Tags": tag_list(document.tags),
    }


OPERATIONS = {
    "CreateDocument": create_document,
    "UpdateDocument": update_document,
    "UpdateDocumentDefaultVersion": update_document_default_version,
    "DeleteDocument": delete_document,
    "GetDocument": get_document,
    "DescribeDocument": describe_document,
    "DescribeDocumentPermission": describe_document_permission,
}
