"""
What a document's text says: its schema, its steps, and its parameters.
"""

from __future__ import annotations

import json
import re

from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


SESSION_TYPES: Final = (
    "Standard_Stream",
    "InteractiveCommands",
    "NonInteractiveCommands",
    "Port",
)
SESSION_INPUTS: Final[dict[str, type]] = {
    "s3BucketName": str,
    "s3KeyPrefix": str,
    "s3EncryptionEnabled": bool,
    "cloudWatchLogGroupName": str,
    "cloudWatchEncryptionEnabled": bool,
    "cloudWatchStreamingEnabled": bool,
    "kmsKeyId": str,
    "runAsEnabled": bool,
    "runAsDefaultUser": str,
    "idleSessionTimeout": str,
    "maxSessionDuration": str,
    "shellProfile": dict,
}
LIMITS: Final = {"idleSessionTimeout": 60, "maxSessionDuration": 1440}
COMMAND_SCHEMAS: Final = ("1.2", "2.0", "2.2")


def parse(text: str, text_format: str) -> JsonObject:
    """
    Return a document's content, or refuse text that is not JSON or YAML.
    """
    try:
        content = json.loads(text) if text_format == "JSON" else yaml.safe_load(text)
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise _invalid(f"{text_format} not well-formed: {error}") from error
    if not isinstance(content, dict):
        raise _invalid("The content is not an object")
    return content


def converted(text: str, text_format: str, wanted: str) -> str:
    """
    Return a document's text in the format asked for.
    """
    if wanted == text_format:
        return text
    content = parse(text, text_format)
    is_yaml = wanted == "YAML"
    return yaml.safe_dump(content, sort_keys=False) if is_yaml else json.dumps(content)


def check(content: JsonObject, document_type: str) -> None:
    """
    Refuse content that does not follow its document type's schema.
    """
    version = str(content.get("schemaVersion", ""))
    if document_type == "Session":
        if version != "1.0":
            raise SsmError("InvalidDocumentSchemaVersion", "Session needs schema 1.0")
        _check_session(content)
    elif document_type == "Command":
        if version not in COMMAND_SCHEMAS:
            raise SsmError("InvalidDocumentSchemaVersion", f"{version!r} for Command")
        if not steps(content):
            raise _invalid("The document has no steps")


def _check_session(content: JsonObject) -> None:
    if content.get("sessionType") not in SESSION_TYPES:
        raise _invalid(f"sessionType must be one of {', '.join(SESSION_TYPES)}")
    for name, value in content.get("inputs", {}).items():
        expected = SESSION_INPUTS.get(name)
        if expected is None:
            raise _invalid(f"inputs.{name} is not an input of session preferences")
        if not isinstance(value, expected):
            raise _invalid(f"inputs.{name} must be a {expected.__name__}")
        if name in LIMITS and value:
            _check_minutes(name, str(value), LIMITS[name])


def _check_minutes(name: str, value: str, limit: int) -> None:
    if not value.isdigit() or not 1 <= int(value) <= limit:
        raise _invalid(f"inputs.{name} must be minutes from 1 to {limit}")


def steps(content: JsonObject) -> list[str]:
    """
    Return the names of the steps: plugin names in schema 1.2, else step names.
    """
    if "runtimeConfig" in content:
        return list(content["runtimeConfig"])
    return [step["name"] for step in content.get("mainSteps", []) if "name" in step]


def parameter_list(content: JsonObject) -> list[JsonObject]:
    """
    Return the parameters the way DescribeDocument tells them.
    """
    return [
        {
            "Name": name,
            "Type": "StringList" if rule.get("type") == "StringList" else "String",
            "Description": rule.get("description", ""),
            "DefaultValue": _text(rule["default"]) if "default" in rule else None,
        }
        for name, rule in content.get("parameters", {}).items()
    ]


def resolve(content: JsonObject, given: dict[str, list[str]]) -> JsonObject:
    """
    Return every parameter's value, defaults included, or refuse what is given.
    """
    rules: JsonObject = content.get("parameters", {})
    unknown = sorted(set(given) - set(rules))
    if unknown:
        raise _refused(f"{', '.join(unknown)} not defined in the document")
    return {name: _value(name, rule, given.get(name)) for name, rule in rules.items()}


def _value(name: str, rule: JsonObject, given: list[str] | None) -> Any:
    if given is None:
        if "default" not in rule:
            raise _refused(f"{name} is required")
        return rule["default"]
    for item in given:
        _check_item(name, rule, item)
    if rule.get("type") == "StringList":
        return list(given)
    if len(given) != 1:
        raise _refused(f"{name} takes exactly one value")
    return given[0]


def _check_item(name: str, rule: JsonObject, item: str) -> None:
    allowed = rule.get("allowedValues")
    if allowed and item not in allowed:
        raise _refused(f"{item!r} is not allowed for {name}: {', '.join(allowed)}")
    pattern = rule.get("allowedPattern")
    if pattern and not re.fullmatch(pattern, item):
        raise _refused(f"{item!r} of {name} does not match {pattern}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _invalid(message: str) -> SsmError:
    return SsmError("InvalidDocumentContent", message)


def _refused(message: str) -> SsmError:
    return SsmError("InvalidParameters", message)
