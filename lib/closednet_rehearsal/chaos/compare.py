"""
Whether two worlds are the same, but for ids, secrets and whoever came first.
"""

from __future__ import annotations

import json
import re

from collections import Counter
from typing import Any, Final


# What AWS invents: ids with a prefix, UUIDs, hosted zones, access keys.
_INVENTED: Final = re.compile(
    r"\b(?:(?P<prefix>[a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,17}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|Z[0-9A-Z]{12,32}|A[KS]IA[0-9A-Z]{16})\b"
)
# How often an activation was used is history: a lost answer uses it once more.
_USES: Final = re.compile(r'"registrations": \d+')
_SECRET: Final = re.compile(r'("type": "SecureString", "value_sha256": ")[0-9a-f]+')


def differences(expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    """
    Return every resource that only one of two `/rehearsal/state` answers has.
    """
    wanted, found = _resources(expected), _resources(actual)
    return [
        *(f"missing or other: {line}" for line in sorted((wanted - found).elements())),
        *(f"too much or other: {line}" for line in sorted((found - wanted).elements())),
    ]


def _resources(state: dict[str, Any]) -> Counter[str]:
    lines: Counter[str] = Counter()
    for account, kinds in state["accounts"].items():
        for kind, resources in kinds.items():
            for key, facts in resources.items():
                lines[_line(f"{account} {kind}", key, facts)] += 1
    for kind, resources in state["systems_manager"].items():
        for key, facts in resources.items():
            lines[_line(kind, key, facts)] += 1
    return lines


def _line(kind: str, key: str, facts: Any) -> str:
    shown = json.dumps(facts, sort_keys=True)
    shown = _USES.sub('"registrations": *', shown)
    shown = _SECRET.sub(r"\1*", plain(shown))
    return f"{kind} {plain(key)} {shown}"


def plain(text: str) -> str:
    """
    Return `text` without what AWS invents.
    """
    return _INVENTED.sub(lambda found: f"{found['prefix'] or 'id'}-*", text)
