"""
The verifier as a program: where the archive is, whom to trust, what to print.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys

from pathlib import Path

from closednet.evidence.verifier.approvers import check_approvers
from closednet.evidence.verifier.chain import JOURNAL
from closednet.evidence.verifier.content import content_problems
from closednet.evidence.verifier.findings import UNUSABLE, Findings
from closednet.evidence.verifier.keys import key_id
from closednet.evidence.verifier.place import read_place
from closednet.evidence.verifier.seal import Trust, check_seal
from closednet.evidence.verifier.sshsig import ssh_key_id


EXIT_CODES = """\
exit codes:
  0  the archive holds
  1  it does not; every problem is printed
  2  the command cannot be used so
  3  nothing is wrong, but not everything could be checked here
"""


def judge(path: Path, trust: Trust) -> Findings:
    """
    Return all findings about the archive in a folder or a packed file.
    """
    place = read_place(path)
    findings = Findings([*content_problems(place)])
    check_approvers(place.files, findings)
    check_seal(place, trust, findings)
    return findings


def signer_id(text: str) -> str:
    """
    Return the id of a key: an id itself, or a file with the public key.

    Raises:
        ValueError: It is neither.
    """
    if text.startswith(("sha256:", "SHA256:")):
        return text
    try:
        lines = Path(text).read_text("utf-8").strip().splitlines()
    except (OSError, ValueError) as err:
        raise ValueError(f"{text} is no id of a key and no file") from err
    try:
        if lines[0] == "-----BEGIN PUBLIC KEY-----":
            return key_id(base64.b64decode("".join(lines[1:-1]), validate=True))
        return ssh_key_id(base64.b64decode(lines[0].split()[1], validate=True))
    except (binascii.Error, ValueError, IndexError) as err:
        raise ValueError(f"{text} holds no public key, in PEM or of SSH") from err


def verify_main(argv: list[str], beside: Path) -> int:
    """
    Verify an archive and return the exit code.
    """
    parser = argparse.ArgumentParser(
        description="Verify the archive of a run; needs nothing but Python.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "place", nargs="?", help="its folder or .zip; by default the one here"
    )
    parser.add_argument(
        *("--signer", "-s"),
        action="append",
        default=[],
        help="a key that must have signed: its id, or a file with the public key",
    )
    parser.add_argument(
        "--authority", type=Path, help="certificates of the time-stamp authority (PEM)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    given = parser.parse_args(argv)
    try:
        place = _existing(Path(given.place)) if given.place else found_beside(beside)
        trust = Trust(tuple(signer_id(one) for one in given.signer), given.authority)
    except ValueError as err:
        sys.stderr.write(f"{err}\n")
        return UNUSABLE
    findings = judge(place, trust)
    text = json.dumps(findings.to_json(), indent=1) + "\n"
    sys.stdout.write(text if given.json else _printable(findings.text()))
    return findings.exit_code


def found_beside(folder: Path) -> Path:
    """
    Return the archive that a verifier lies in, or the only one that lies beside it.

    Raises:
        ValueError: There is none, or more than one.
    """
    if (folder / JOURNAL).is_file():
        return folder
    found = [p.parent for p in folder.glob(f"*/{JOURNAL}")] + list(folder.glob("*.zip"))
    if len(found) != 1:
        raise ValueError(f"{len(found)} archives lie here: name the one to verify")
    return found[0]


def _existing(place: Path) -> Path:
    if not place.exists():
        raise ValueError(f"there is no {place}")
    return place


def _printable(text: str) -> str:
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)
