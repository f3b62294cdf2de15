"""
What a command's document asks an agent to do: its steps, parameters filled in.
"""

from __future__ import annotations

import json
import re

from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterator

PLACEHOLDER: Final = re.compile(r"{{\s*([\w:.-]+)\s*}}")
PLATFORM: Final = "Linux"


class Work(NamedTuple):
    """
    One thing to do: `key` is the name under which its result is reported.
    """

    key: str
    plugin: str
    identifier: str
    inputs: dict[str, Any]
    applies: bool = True


def steps(payload: dict[str, Any]) -> Iterator[Work]:
    """
    Yield the steps of a command message's document.
    """
    content = payload["DocumentContent"]
    rules = content.get("parameters", {})
    values = {k: r["default"] for k, r in rules.items() if "default" in r}
    values |= payload.get("Parameters") or {}
    if "runtimeConfig" in content:
        for plugin, config in content["runtimeConfig"].items():
            given = config.get("properties", {})
            for inputs in given if isinstance(given, list) else [given]:
                filled = fill(inputs, values)
                identifier = str(filled.get("id", f"0.{plugin}"))
                yield Work(plugin, plugin, identifier, filled)
        return
    for step in content.get("mainSteps", []):
        inputs = fill(step.get("inputs", {}), values)
        applies = _applies(step.get("precondition", {}))
        yield Work(step["name"], step["action"], step["name"], inputs, applies)


def fill(value: Any, values: dict[str, Any]) -> Any:
    """
    Return a document's value with its `{{ parameters }}` filled in.
    """
    if isinstance(value, dict):
        return {name: fill(each, values) for name, each in value.items()}
    if isinstance(value, list):
        filled: list[Any] = []
        for each in value:
            made = fill(each, values)
            filled += made if isinstance(made, list) else [made]
        return filled
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    if whole and whole[1] in values:
        return values[whole[1]]
    return PLACEHOLDER.sub(lambda found: _text(values, found), value)


def _text(values: dict[str, Any], found: re.Match[str]) -> str:
    value = values.get(found[1], found[0])
    return value if isinstance(value, str) else json.dumps(value)


def _applies(precondition: dict[str, Any]) -> bool:
    wanted = precondition.get("StringEquals")
    if not wanted:
        return True
    return PLATFORM in wanted if "platformType" in wanted else wanted[0] == wanted[1]
