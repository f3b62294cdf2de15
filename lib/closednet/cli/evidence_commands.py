"""
What a run proves, and the verbs of `closednet evidence`: verify, pack, compare.
"""

from __future__ import annotations

import json
import sys

from pathlib import Path
from typing import TYPE_CHECKING

from closednet.cli import show
from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence import archive, difference, files, portrait
from closednet.evidence.verifier.program import signer_id
from closednet.evidence.verifier.seal import Trust


if TYPE_CHECKING:
    from argparse import Namespace


def verify(given: Namespace) -> int:
    """
    Print whether an archive holds; 1 if not, or if not all could be checked.
    """
    place = evidence_place(given.run_dir)
    findings = archive.judge(place, Trust(_signers(given.signer), given.authority))
    if given.json:
        print(json.dumps(findings.to_json(), indent=1))
        return 1 if findings.exit_code else 0
    for fact in findings.facts:
        print(fact)
    for line in findings.unchecked:
        print(f"⚠️ not checked: {line}")
    for problem in findings.problems:
        print(f"⛔ {problem}")
    if not findings.exit_code:
        print(f"✅ {place.stem}: every digest and the chain of the journal hold")
    return 1 if findings.exit_code else 0


def pack(given: Namespace) -> int:
    """
    Write an archive as one file; the same archive gives the same bytes.
    """
    place = evidence_place(given.run_dir)
    target: Path = given.out or place.with_name(f"{place.name}.zip")
    digest = files.write_bytes(target, archive.pack(place))
    print(f"{digest}  {target}")
    return 0


def diff(given: Namespace) -> int:
    """
    Print what changed between two runs or sites; 0 if nothing did, else 1.
    """
    places = [evidence_place(text) for text in (given.run_dir, given.other_dir)]
    for place in places:
        problems = archive.verify(place)
        if problems:
            said = f"⚠️ {place.stem}: {problems[0]} ({len(problems)} problem(s))"
            print(said, file=sys.stderr)
    a, b = (portrait.of(place) for place in places)
    found = difference.between(a, b)
    if given.json:
        runs = [{"site": one.site, "run": one.run_id} for one in (a, b)]
        listed = [one.to_json() for one in found]
        print(json.dumps({"runs": runs, "same": not found, "differences": listed}))
    else:
        print(difference.tables(a, b, found))
    return 1 if found else 0


def report(arguments: Namespace) -> int:
    """
    Print what a run proves.
    """
    place = evidence_folder(arguments.run_dir)
    if arguments.out:
        show.write_report(place, Path(arguments.out), arguments.lang)
    return show.run_report(place, as_json=arguments.json)


def evidence_place(text: str) -> Path:
    """
    Return the folder of a run, or a packed one.

    Raises:
        PreconditionError: There is no such place.
        EvidenceError: It holds no run.
    """
    place = Path(text)
    if place.is_file() and place.suffix == ".zip":
        return place
    if not place.is_dir():
        raise PreconditionError(
            f"there is no folder {text}",
            hint="give the folder of a run, such as evidence/SITE/RUN-ID, or its .zip",
        )
    if not (place / "journal.jsonl").is_file():
        raise EvidenceError(
            f"{text} holds no journal",
            hint="give the folder of one run, not its parent",
        )
    return place


def evidence_folder(text: str) -> Path:
    """
    Return the folder of a run.

    Raises:
        PreconditionError: There is no such folder, or it is a packed archive.
    """
    place = evidence_place(text)
    if place.is_file():
        raise PreconditionError(
            f"{text} is packed", hint="unpack it, and give the folder in it"
        )
    return place.resolve()


def _signers(named: list[str]) -> tuple[str, ...]:
    try:
        return tuple(signer_id(name) for name in named)
    except ValueError as err:
        raise PreconditionError(
            str(err), hint="give the id that sealing printed, or the public key's file"
        ) from err
