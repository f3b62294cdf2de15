"""
Lists of documents and of a document's versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.ssm.amazon_documents import amazon_documents
from closednet_rehearsal.ssm.document_content import parse
from closednet_rehearsal.ssm.documents import find, find_version
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import page, tag_list


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context
    from closednet_rehearsal.ssm.state import Document


def list_documents(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the documents that match every filter, by name.
    """
    filters = [
        *((each["key"], [each["value"]]) for each in _legacy(request)),
        *((each["Key"], each.get("Values", [])) for each in _filters(request)),
    ]
    everything = [*amazon_documents().values(), *ctx.scope.documents.values()]
    found = [
        document
        for document in sorted(everything, key=lambda document: document.name)
        if all(_matches(document, key, values) for key, values in filters)
    ]
    shown, more = page(found, request)
    return {"DocumentIdentifiers": [_identify(each) for each in shown], **more}


def _legacy(request: JsonObject) -> list[JsonObject]:
    return list(request.get("DocumentFilterList", []))


def _filters(request: JsonObject) -> list[JsonObject]:
    return list(request.get("Filters", []))


def _matches(document: Document, key: str, values: list[str]) -> bool:
    if key == "Name":
        return document.name.startswith(tuple(values))
    if key == "Owner":
        return _owned(document, values)
    if key == "PlatformTypes":
        return bool(set(values) & set(document.platforms))
    if key == "DocumentType":
        return document.type in values
    if key == "SearchKeyword":
        return any(value.lower() in document.name.lower() for value in values)
    if key.startswith("tag:"):
        return document.tags.get(key.removeprefix("tag:")) in values
    raise SsmError("InvalidFilterKey", f"{key} is not a filter of documents")


def _owned(document: Document, owners: list[str]) -> bool:
    names = {"All", "Public", "Amazon"} if document.owner == "Amazon" else {"Self"}
    return bool({"All", document.owner, *names} & set(owners))


def _identify(document: Document) -> JsonObject:
    version = find_version(document, None)
    content = parse(version.text, version.format)
    return {
        "Name": document.name,
        "CreatedDate": version.created,
        "DisplayName": document.display_name or None,
        "Owner": document.owner,
        "PlatformTypes": list(document.platforms),
        "DocumentVersion": str(version.number),
        "DocumentType": document.type,
        "SchemaVersion": str(content.get("schemaVersion", "")) or None,
        "DocumentFormat": version.format,
        "Tags": tag_list(document.tags),
    }


def list_document_versions(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the versions of a document, newest first.
    """
    document = find(ctx.scope, request["Name"])
    shown, more = page(document.versions[::-1], request)
    versions = [
        {
            "Name": document.name,
            "DocumentVersion": str(version.number),
            "VersionName": version.name or None,
            "CreatedDate": version.created,
            "IsDefaultVersion": version.number == document.default,
            "DocumentFormat": version.format,
            "Status": "Active",
        }
        for version in shown
    ]
    return {"DocumentVersions": versions, **more}


OPERATIONS = {
    "ListDocuments": list_documents,
    "ListDocumentVersions": list_document_versions,
}
