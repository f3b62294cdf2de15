"""
Secrets in the answers of AWS, known as such before anybody could log them.

botocore logs whole answers where debugging is switched on. This looks at an answer
before botocore reads it, so that whatever is logged later is masked.
"""

from __future__ import annotations

import html
import json
import re

from typing import TYPE_CHECKING, Any, Final

from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Iterator

# Members that are secret. Models mark more as sensitive, such as the addresses of
# servers, which evidence must show.
SECRET_NAMES: Final = frozenset(
    {"ActivationCode", "Password", "SecretAccessKey", "SecretString", "SessionToken"}
)
# What secrets are packed with; names beside them are no secrets.
PACKED_NAMES: Final = frozenset({"code", "secret_access_key"})
_tag: Final = re.compile(
    rf"<(?P<name>{'|'.join(sorted(SECRET_NAMES))})>(?P<value>[^<]*)</(?P=name)>"
)


def watch(events: Any) -> None:
    """
    Learn the secrets in every answer to a client or a session.
    """
    events.register("before-parse.*.*", _learn)


def secrets_in(body: bytes) -> Iterator[tuple[str, str]]:
    """
    Yield name and value of every secret in an answer, in JSON or in XML.
    """
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        try:
            yield from _in_json(json.loads(text))
        except ValueError:
            return
    for found in _tag.finditer(text):
        yield found["name"], html.unescape(found["value"])


def _learn(operation_model: Any, response_dict: Any, **_: Any) -> None:
    body = response_dict.get("body")
    # A streamed body is not read here, nor is it logged.
    if isinstance(body, bytes):
        for name, value in secrets_in(body):
            Secret(value, name=f"{name} of {operation_model.name}")


def _in_json(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _in_json(item)
    if not isinstance(value, dict):
        return
    # Parameter Store keeps plain configuration, too, under the same name.
    names = SECRET_NAMES | ({"Value"} if value.get("Type") == "SecureString" else set())
    for name, item in value.items():
        if name in names and isinstance(item, str):
            yield name, item
            yield from _packed(item)
        else:
            yield from _in_json(item)


def _packed(text: str) -> Iterator[tuple[str, str]]:
    try:
        values = json.loads(text)
    except ValueError:
        return
    for name, value in values.items() if isinstance(values, dict) else ():
        if name in PACKED_NAMES:
            yield name, str(value)
