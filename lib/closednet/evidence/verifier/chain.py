"""
The journal: every line follows the one before it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from closednet.evidence.verifier.strict import canonical, is_spelled, parse


JOURNAL = "journal.jsonl"
FIELDS = {"n": int, "at": str, "kind": str, "data": dict, "prev": str, "hash": str}
NOTHING_BEFORE = "0" * 64


def chain_problems(raw: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """
    Return what is wrong with a journal's chain, and its readable events.
    """
    problems: list[str] = []
    events: list[dict[str, Any]] = []
    *lines, torn = raw.split(b"\n")
    prev, count = NOTHING_BEFORE, 0
    for number, line in enumerate(lines, start=1):
        event = _event(line)
        if event is None:
            problems.append(f"{JOURNAL}: line {number} is no journal event")
            continue
        problems += _link_problems(event, number, prev, count, line)
        prev, count = event["hash"], event["n"]
        events.append(event)
    if not events or events[0]["kind"] != "opened":
        problems.append(f"{JOURNAL}: does not begin with its opening")
    if torn:
        problems.append(f"{JOURNAL}: the last line is torn ({len(torn)} bytes)")
    return problems, events


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = parse(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or set(event) != set(FIELDS):
        return None
    # A truth value counts as a number in Python, but not here.
    is_event = all(type(event[name]) is kind for name, kind in FIELDS.items())
    return event if is_event else None


def _link_problems(
    event: dict[str, Any], number: int, prev: str, count: int, line: bytes
) -> list[str]:
    where = f"{JOURNAL}: line {number}"
    problems = []
    if event["n"] != count + 1:
        problems.append(f"{where} is event {event['n']}, not {count + 1}")
    if event["prev"] != prev:
        problems.append(f"{where} does not follow the line before it")
    if not is_spelled(event, line, canonical):
        problems.append(f"{where} is not spelled as the journal spells")
        return problems
    body = {key: value for key, value in event.items() if key != "hash"}
    if event["hash"] != sha256(canonical(body).encode()).hexdigest():
        problems.append(f"{where} was changed: its hash does not match")
    return problems
