"""
Verify the archive of a run with nothing but Python's standard library.

A copy of this file lies in every sealed run folder as `verify.py`; run it there, or
give it the folder. It needs no network, no package and nothing of the project.
"""

from __future__ import annotations

import json
import sys

from hashlib import sha256
from pathlib import Path
from typing import Any


MANIFEST = "manifest.json"
JOURNAL = "journal.jsonl"
DIGEST_LENGTH = 20
FIELDS = {"n", "at", "kind", "data", "prev", "hash"}


def canonical(value: Any) -> str:
    """
    Return the one spelling of JSON data that digests are made of.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def verify(folder: Path) -> list[str]:
    """
    Return everything that is wrong with the archive in `folder`.
    """
    return content_problems(folder) + _seal_problems(folder)


def content_problems(folder: Path) -> list[str]:
    """
    Return what is wrong with the content, sealed or not.
    """
    problems, events = chain_problems(_bytes(folder / JOURNAL))
    if events and events[0]["data"].get("run") != folder.resolve().name:
        problems.append(f"{JOURNAL}: belongs to run {events[0]['data'].get('run')}")
    problems += _file_problems(folder, events)
    return problems + _approval_problems(folder, events)


def chain_problems(raw: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """
    Return what is wrong with a journal's chain, and its readable events.
    """
    problems: list[str] = []
    events: list[dict[str, Any]] = []
    *lines, torn = raw.split(b"\n")
    prev, count = "0" * 64, 0
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
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or set(event) != FIELDS:
        return None
    return event if isinstance(event["data"], dict) else None


def _link_problems(
    event: dict[str, Any], number: int, prev: str, count: int, line: bytes
) -> list[str]:
    where = f"{JOURNAL}: line {number}"
    problems = []
    if event["n"] != count + 1:
        problems.append(f"{where} is event {event['n']}, not {count + 1}")
    if event["prev"] != prev:
        problems.append(f"{where} does not follow the line before it")
    body = {key: value for key, value in event.items() if key != "hash"}
    if event["hash"] != sha256(canonical(body).encode()).hexdigest():
        problems.append(f"{where} was changed: its hash does not match")
    elif canonical(event).encode() != line:
        problems.append(f"{where} is not spelled as the journal spells")
    return problems


def _file_problems(folder: Path, events: list[dict[str, Any]]) -> list[str]:
    """
    Compare every file that the journal speaks of with what it says.
    """
    wanted: dict[str, str] = {}
    for event in events:
        if "file" in event["data"] and "sha256" in event["data"]:
            wanted[event["data"]["file"]] = event["data"]["sha256"]
    return [
        problem
        for name, digest in sorted(wanted.items())
        for problem in _digest_problems(folder, name, digest)
    ]


def _approval_problems(folder: Path, events: list[dict[str, Any]]) -> list[str]:
    """
    Prove that every change that was made stands in an approved plan.
    """
    problems: list[str] = []
    approved: set[str] = set()
    for path in sorted((folder / "approvals").glob("*.json")):
        name = f"approvals/{path.name}"
        entry = _json(path)
        plans = _plans(entry)
        if _digest(entry) != entry.get("digest") or not any(
            e["kind"] == "approval" and e["data"].get("digest") == entry["digest"]
            for e in events
        ):
            problems.append(f"{name}: its digest is not that of what was approved")
            continue
        approved |= {
            canonical([plan["step"], change])
            for plan in plans
            for change in plan["changes"]
        }
    for event in events:
        if event["kind"] != "change-done":
            continue
        change = [event["data"].get("step"), event["data"]["done"]["change"]]
        if canonical(change) not in approved:
            problems.append(f"{JOURNAL}: event {event['n']} made an unapproved change")
    return problems


def _plans(entry: dict[str, Any]) -> list[dict[str, Any]]:
    plan = entry.get("plan") or {}
    return list(plan.get("plans", [plan] if plan else []))


def _digest(entry: dict[str, Any]) -> str:
    plan = entry.get("plan") or {}
    if "plans" in plan:
        parts = {
            "scope": plan["scope"],
            "plans": [_plan_digest(p) for p in plan["plans"]],
        }
        return sha256(canonical(parts).encode()).hexdigest()[:DIGEST_LENGTH]
    return _plan_digest(plan)


def _plan_digest(plan: dict[str, Any]) -> str:
    parts = {key: plan.get(key) for key in ("step", "scope", "undoes", "changes")}
    return sha256(canonical(parts).encode()).hexdigest()[:DIGEST_LENGTH]


def _seal_problems(folder: Path) -> list[str]:
    manifest = _json(folder / MANIFEST)
    if not manifest:
        return [f"{MANIFEST}: not sealed"]
    sealed = {s["name"]: s["digest"]["sha256"] for s in manifest.get("subject", ())}
    problems = [
        problem
        for name, digest in sorted(sealed.items())
        for problem in _digest_problems(folder, name, digest)
    ]
    problems += [f"{n}: added after sealing" for n in files(folder) if n not in sealed]
    chain = manifest.get("predicate", {}).get("journal", {})
    _, events = chain_problems(_bytes(folder / JOURNAL))
    head = events[-1]["hash"] if events else ""
    if (chain.get("head"), chain.get("events")) != (head, len(events)):
        problems.append(f"{JOURNAL}: ends elsewhere than when it was sealed")
    return problems


def files(folder: Path) -> list[str]:
    """
    Return the names of all files that a seal covers.
    """
    names = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return sorted(name for name in names if name != MANIFEST)


def _digest_problems(folder: Path, name: str, digest: str) -> list[str]:
    path = folder / name
    if not path.is_file():
        return [f"{name}: missing"]
    same = sha256(path.read_bytes()).hexdigest() == digest
    return [] if same else [f"{name}: changed since it was written"]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(path) or b"{}")
    except ValueError:
        return {"digest": "unreadable"}
    return value if isinstance(value, dict) else {"digest": "unreadable"}


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else __file__)
    found = verify(place if place.is_dir() else place.resolve().parent)
    sys.stdout.write("".join(f"{line}\n" for line in found) or "the archive holds\n")
    sys.exit(1 if found else 0)
