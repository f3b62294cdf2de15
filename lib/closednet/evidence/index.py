"""
The first page of a run's folder: who did what, and what it proves.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import EvidenceError
from closednet.evidence import codec, files, pages, report
from closednet.evidence.requirements import REQUIREMENTS
from closednet.evidence.verifier import place
from closednet.render import words


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from closednet.evidence.journal import Event
    from closednet.evidence.report import RunReport
    from closednet.evidence.run_folder import RunFolder

PAGE: Final = "index.html"
REPORTS: Final = {
    "handover-report.en.html": "hand-over report",
    "handover-report.ja.html": "作業完了報告書",
}
SIGNS: Final = {
    "verified": "✅",
    "proven": "✅",
    "failed": "⛔",
    "not verified": words.NONE,
    "not checked": words.NONE,
}
ABOUT: Final = {
    "region": "Region",
    "network_account": "network account",
    "management_account": "management account",
    "caller": "caller",
    "operator": "operator",
    "machine": "machine",
    "params_digest": "digest of the parameters",
}


def write(folder: RunFolder, *, signers: Sequence[str] | None = None) -> Path:
    """
    Write the page as the folder is now; it is no part of its own list of files.

    The page says whose keys sign it; by default nothing about that.
    """
    events = folder.events()
    found = report.load_run(folder, events)
    proofs = {
        name: [check for check in found.checks if name in check.proves]
        for name in REQUIREMENTS
    }
    page = pages.render(
        "index.html.j2",
        title=f"Run {found.run_id} of {found.site}",
        simulated=bool(found.about.get("simulated")),
        report=found,
        passed=sum(check.passed for check in found.checks),
        reports=[
            (name, words)
            for name, words in REPORTS.items()
            if (folder.path / name).is_file()
        ],
        about=about(found, events),
        approvals=approvals(folder.path, events),
        signs=SIGNS,
        proofs=proofs,
        hosts=hosts(events),
        dns=dns(events),
        files=_files(folder),
        signing=signing_words(signers),
    )
    files.write_text(folder.path / PAGE, page)
    return folder.path / PAGE


def signing_words(signers: Sequence[str] | None) -> str:
    """
    Return by which keys the archive is signed, in words.
    """
    if signers is None:
        return "Not sealed yet."
    if not signers:
        return (
            "Sealed, but not signed: the digests show what was changed since, unless"
            " somebody made all of the archive anew."
        )
    return f"Sealed and signed by the key {', '.join(signers)}."


def about(found: RunReport, events: Iterable[Event]) -> list[tuple[str, str]]:
    """
    Return who ran what, where and when.
    """
    notes = [
        (label, str(found.about[key]))
        for key, label in ABOUT.items()
        if found.about.get(key)
    ]
    accounts = sorted({line.account for line in found.calls if line.account})
    callers = sorted({str(e.data["arn"]) for e in events if e.data.get("arn")})
    return [
        ("site", found.site),
        *notes,
        *(("account called", account) for account in accounts),
        *(("caller", caller) for caller in callers),
        ("began", found.began),
        ("last event", found.ended),
    ]


def approvals(folder: Path, events: Collection[Event]) -> list[tuple[str, ...]]:
    """
    Return what was approved, by whom, when first, and how often that was used.
    """
    used: dict[tuple[str, ...], list[str]] = {}
    for event in events:
        if event.kind == "approval":
            key = tuple(
                str(event.data.get(k, "")) for k in ("step", "digest", "by", "how")
            )
            used.setdefault(key, []).append(event.at)
    return [
        (step, digest, _changes(folder, step, digest), by, how, at[0], str(len(at)))
        for (step, digest, by, how), at in used.items()
    ]


def _changes(folder: Path, step: str, digest: str) -> str:
    """
    Return how many changes the approved plan has, which the archive holds.
    """
    with suppress(EvidenceError):
        plan = codec.read_plan(folder / f"approvals/{step}-{digest}.json")
        return str(len(plan.changes))
    return ""


def hosts(events: Iterable[Event]) -> list[tuple[str, ...]]:
    """
    Return which scripts ran on which server, how often, how often in vain.
    """
    runs: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for event in events:
        if event.kind == "host-transcript":
            line = (str(event.data.get("host")), str(event.data.get("script")))
            runs[line] += 1
            failed[line] += event.data.get("exit_code") != 0
    return [(*line, str(runs[line]), str(failed[line] or "")) for line in sorted(runs)]


def dns(events: Iterable[Event]) -> list[tuple[str, ...]]:
    """
    Return each question with its answer, and how often it was given.
    """
    asked: Counter[tuple[str, ...]] = Counter()
    for event in events:
        if event.kind == "dns-question":
            answer: dict[str, Any] = event.data.get("answer") or event.data
            addresses = ", ".join(sorted(answer.get("addresses") or ()))
            keys = ("server", "name", "rdtype", "rcode")
            asked[(*(str(answer.get(key, "")) for key in keys), addresses)] += 1
    return [(*line, str(times)) for line, times in sorted(asked.items())]


def _files(folder: RunFolder) -> list[tuple[str, str]]:
    held = place.read_place(folder.path).files
    return [
        (name, sha256(held[name]).hexdigest())
        for name in place.covered(held)
        if name != PAGE
    ]
