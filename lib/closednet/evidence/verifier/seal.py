"""
The seal: a manifest over all files, its signatures, its time stamp.
"""

from __future__ import annotations

import re

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from closednet.evidence.verifier.chain import JOURNAL, chain_problems
from closednet.evidence.verifier.content import digest_problems
from closednet.evidence.verifier.envelope import check_envelope
from closednet.evidence.verifier.place import (
    ENVELOPE,
    MANIFEST,
    SEAL_FILES,
    STAMP,
    SUMS,
    covered,
    is_safe,
)
from closednet.evidence.verifier.stamp import stamp_problem, stamped_moment
from closednet.evidence.verifier.strict import (
    inside,
    is_spelled,
    parse_object,
    readable,
)
from closednet.evidence.verifier.tools import NoToolError


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from closednet.evidence.verifier.findings import Findings
    from closednet.evidence.verifier.place import Place

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:closednet:run:v1"
HEX_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Trust:
    """
    What the one who verifies knows from elsewhere: keys, a time-stamp authority.
    """

    signers: tuple[str, ...] = ()
    authority: Path | None = None


def check_seal(place: Place, trust: Trust, findings: Findings) -> None:
    """
    Judge the seal of an archive.
    """
    raw = place.files.get(MANIFEST, b"")
    manifest = parse_object(raw)
    if not manifest:
        findings.problems.append(f"{MANIFEST}: not sealed")
        return
    if not is_spelled(manifest, raw, readable) or not _is_statement(manifest):
        findings.problems.append(f"{MANIFEST}: is no seal")
        return
    predicate = manifest["predicate"]
    findings.problems += _subject_problems(place.files, manifest["subject"])
    findings.problems += _predicate_problems(place, predicate)
    findings.problems += _sum_problems(place.files)
    _check_signatures(place.files, predicate["signers"], trust, findings)
    _check_stamp(place.files, trust, findings, expected=predicate["timestamp"])


def sums_text(files: Mapping[str, bytes]) -> str:
    """
    Return the digests of the seal's own files, as `sha256sum -c` reads them.
    """
    names = [name for name in SEAL_FILES if name in files and name != SUMS]
    return "".join(
        f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(names)
    )


def looked_for(events: list[dict[str, Any]]) -> list[str]:
    """
    Return the names of all secrets that somebody looked for.
    """
    found: set[str] = set()
    for event in events:
        names = event["data"].get("secrets")
        if event["kind"] == "scanned" and isinstance(names, list):
            found.update(str(name) for name in names)
    return sorted(found)


def _is_statement(manifest: dict[str, Any]) -> bool:
    predicate = manifest.get("predicate")
    journal = inside(predicate, "journal")
    return (
        set(manifest) == {"_type", "predicateType", "subject", "predicate"}
        and manifest["_type"] == STATEMENT
        and manifest["predicateType"] == PREDICATE
        and isinstance(manifest["subject"], list)
        and all(_is_subject(one) for one in manifest["subject"])
        and isinstance(predicate, dict)
        and set(predicate) == set(PREDICATE_FIELDS)
        and all(type(predicate[n]) is kind for n, kind in PREDICATE_FIELDS.items())
        and set(journal) == {"events", "head"}
    )


PREDICATE_FIELDS = {
    "site": str,
    "run": str,
    "journal": dict,
    "kinds": dict,
    "scanned_for": list,
    "signers": list,
    "timestamp": bool,
}


def _is_subject(one: Any) -> bool:
    digest = inside(one, "digest", "sha256")
    return (
        isinstance(digest, str)
        and HEX_DIGEST.fullmatch(digest) is not None
        and one == {"name": one.get("name"), "digest": {"sha256": digest}}
        and isinstance(one["name"], str)
    )


def _subject_problems(
    files: Mapping[str, bytes], subject: list[dict[str, Any]]
) -> list[str]:
    names = [one["name"] for one in subject]
    problems = [f"{name!r}: is no safe name" for name in names if not is_safe(name)]
    if names != sorted(set(names)) or set(names) & set(SEAL_FILES):
        problems.append(f"{MANIFEST}: its list of files is not in order")
    folded = Counter(name.casefold() for name in names)
    problems += [
        f"{name!r}: differs from another in capital letters only"
        for name in names
        if folded[name.casefold()] > 1
    ]
    for one in subject:
        problems += digest_problems(files, one["name"], one["digest"]["sha256"])
    added = sorted(set(covered(files)) - set(names))
    return problems + [f"{name}: added after sealing" for name in added]


def _predicate_problems(place: Place, predicate: dict[str, Any]) -> list[str]:
    """
    Compare what the manifest says of the journal with the journal.
    """
    _, events = chain_problems(place.files.get(JOURNAL, b""))
    problems = []
    end = {"events": len(events), "head": events[-1]["hash"] if events else ""}
    if predicate["journal"] != end:
        problems.append(f"{JOURNAL}: ends elsewhere than when it was sealed")
    kinds = Counter(event["kind"] for event in events)
    if predicate["kinds"] != dict(kinds):
        problems.append(f"{MANIFEST}: counts other events than the journal holds")
    if predicate["scanned_for"] != looked_for(events):
        problems.append(f"{MANIFEST}: names other secrets than were looked for")
    sites = {event["data"].get("site") for event in events if event["kind"] == "run"}
    if predicate["run"] != place.name or sites - {predicate["site"]}:
        problems.append(f"{MANIFEST}: is of another run")
    return problems


def _sum_problems(files: Mapping[str, bytes]) -> list[str]:
    same = files.get(SUMS, b"") == sums_text(files).encode()
    return [] if same else [f"{SUMS}: does not fit the files of the seal"]


def _check_signatures(
    files: Mapping[str, bytes], expected: list[Any], trust: Trust, findings: Findings
) -> None:
    named: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    if ENVELOPE in files:
        named, good = check_envelope(files[ENVELOPE], files[MANIFEST], findings)
    if list(named) != expected:
        findings.problems.append(
            f"{ENVELOPE}: is not signed by whom the manifest names"
        )
    for name in good:
        known = (
            "which you named"
            if name in trust.signers
            else "compare it with the key you know"
        )
        findings.facts.append(f"signed by {name}, {known}")
    if not expected:
        findings.facts.append(
            "not signed: whoever can write here could have made all of it anew"
        )
    if trust.signers and not set(trust.signers) & set(good):
        findings.problems.append("not signed by any of the keys that you named")


def _check_stamp(
    files: Mapping[str, bytes], trust: Trust, findings: Findings, *, expected: bool
) -> None:
    response = files.get(STAMP)
    if response is None or not expected:
        if expected or response is not None:
            findings.problems.append(f"{STAMP}: is not as the manifest says")
        return
    stamped = files.get(ENVELOPE, files[MANIFEST])
    try:
        moment = stamped_moment(response)
    except (ValueError, IndexError):
        moment = None
    if moment is None or moment.digest != sha256(stamped).digest():
        findings.problems.append(f"{STAMP}: is no time stamp of this seal")
        return
    findings.facts.append(f"a time stamp says {moment.at:%Y-%m-%d %H:%M:%S} UTC")
    if trust.authority is None:
        findings.unchecked.append(
            f"{STAMP}: name the authority's certificates (--authority FILE)"
        )
        return
    try:
        problem = stamp_problem(response, stamped, trust.authority)
    except NoToolError as err:
        findings.unchecked.append(f"{STAMP}: {err}")
        return
    if problem:
        findings.problems.append(f"{STAMP}: {problem}")
