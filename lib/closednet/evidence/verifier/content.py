"""
What the journal says of files and approvals, against the files themselves.
"""

from __future__ import annotations

import re

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from closednet.evidence.verifier.chain import JOURNAL, chain_problems
from closednet.evidence.verifier.strict import canonical, inside, parse_object


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.evidence.verifier.place import Place

DIGEST_LENGTH = 20
# What lies deeper, such as requests and signed statements, is no approved plan.
APPROVAL = re.compile(r"approvals/[^/]+\.json")


def content_problems(place: Place) -> list[str]:
    """
    Return what is wrong with the content, sealed or not.
    """
    problems, events = chain_problems(place.files.get(JOURNAL, b""))
    owner = inside(events[0], "data", "run") if events else place.name
    if owner != place.name:
        problems.append(
            f"{JOURNAL}: belongs to run {owner}, not {place.name}; a copy of the"
            f" archive must be called {owner}, too"
        )
    problems = [*place.problems, *problems, *_file_problems(place.files, events)]
    return problems + _approval_problems(place.files, events)


def digest_problems(files: Mapping[str, bytes], name: str, digest: str) -> list[str]:
    """
    Compare a file with the digest that it must have.
    """
    if name not in files:
        return [f"{name}: missing"]
    same = sha256(files[name]).hexdigest() == digest
    return [] if same else [f"{name}: changed since it was written"]


def _file_problems(
    files: Mapping[str, bytes], events: list[dict[str, Any]]
) -> list[str]:
    """
    Compare every file that the journal speaks of with what it says last.
    """
    wanted: dict[str, str] = {}
    for event in events:
        name, digest = event["data"].get("file"), event["data"].get("sha256")
        if isinstance(name, str) and isinstance(digest, str):
            wanted[name] = digest
    return [
        problem
        for name, digest in sorted(wanted.items())
        for problem in digest_problems(files, name, digest)
    ]


def _approval_problems(
    files: Mapping[str, bytes], events: list[dict[str, Any]]
) -> list[str]:
    """
    Prove that every change that was made stands in an approved plan.
    """
    problems: list[str] = []
    approved: set[str] = set()
    told = {
        canonical(event["data"].get("digest"))
        for event in events
        if event["kind"] == "approval"
    }
    for name in sorted(files):
        if not APPROVAL.fullmatch(name):
            continue
        entry = parse_object(files[name])
        digest = entry.get("digest")
        if not digest or _digest(entry) != digest or canonical(digest) not in told:
            problems.append(f"{name}: its digest is not that of what was approved")
            continue
        approved |= {
            canonical([plan.get("step"), change])
            for plan in _plans(entry)
            for change in _list(plan.get("changes"))
        }
    for event in events:
        if event["kind"] != "change-done":
            continue
        change = [event["data"].get("step"), inside(event, "data", "done", "change")]
        if canonical(change) not in approved:
            problems.append(f"{JOURNAL}: event {event['n']} made an unapproved change")
    return problems


def _plans(entry: dict[str, Any]) -> list[dict[str, Any]]:
    plan = inside(entry, "plan")
    plans = inside(plan, "plans")
    return [p for p in _list([plan] if plans is None else plans) if isinstance(p, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _digest(entry: dict[str, Any]) -> str:
    plans = inside(entry, "plan", "plans")
    if plans is None:
        return _plan_digest(inside(entry, "plan"))
    digests = [_plan_digest(plan) for plan in _list(plans)]
    parts = {"scope": inside(entry, "plan", "scope"), "plans": digests}
    return _short_digest(parts)


def _plan_digest(plan: Any) -> str:
    names = ("step", "scope", "undoes", "changes")
    return _short_digest({name: inside(plan, name) for name in names})


def _short_digest(value: Any) -> str:
    text = canonical(value).encode("utf-8", "backslashreplace")
    return sha256(text).hexdigest()[:DIGEST_LENGTH]
