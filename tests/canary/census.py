"""
Let canaries out in every way we know, and look for them in all that comes out.

    python -m tests.canary.census

Prints a line for each way: forms tried, forms found. Exit code 0 if none was found
anywhere and plain papermill was caught with its four, else 1.
"""

from __future__ import annotations

import sys
import tempfile

from pathlib import Path
from typing import TYPE_CHECKING

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence import archive
from closednet.redact import Secret
from tests.canary import aws_logs, kernels
from tests.canary.hunter import CANARIES, forms, hunt
from tests.canary.vents import VENTS, Room
from tests.unit.evidence.samples import full_run


if TYPE_CHECKING:
    from tests.canary.kernels import Found

FILES = ("handover/a.txt", "handover/a.json", "notebooks/a.html", "notebooks/a.ipynb")


def leaks(*names: str) -> list[str]:
    """
    Return every form of the canaries of these names, by default of all.
    """
    values = [CANARIES[name] for name in names or CANARIES]
    return [form for value in values for form in forms(value).values()]


def know() -> None:
    """
    Let this process know the canaries, as one that handles them does.
    """
    for name, value in CANARIES.items():
        Secret(value, name=name)


def through_vents(room: Path, texts: list[str]) -> Found:
    """
    Return what comes out of this process, by way.
    """
    found: Found = {}
    for way, vent in VENTS.items():
        hits: list[str] = []
        for text in texts:
            with tempfile.TemporaryDirectory(dir=room) as at:
                hits += hunt(vent(text, Room(Path(at))))
        found[way] = hits
    return found


def sealed_with(room: Path, texts: list[str]) -> Found:
    """
    Return the forms with which an archive could be sealed, by kind of file.
    """
    folder = full_run(room / "sealed")
    found: Found = {}
    for name in FILES:
        path = folder.path / name
        path.parent.mkdir(exist_ok=True)
        hits: list[str] = []
        for text in texts:
            path.write_text(text)
            try:
                archive.refuse_secrets(folder.path)
            except EvidenceError as err:
                hits += [f"the refusal itself: {hit}" for hit in hunt(str(err))]
                hits += [] if name in str(err) else ["the file is not named"]
            else:
                hits.append(f"sealed with {text!r}")
        path.unlink()
        found[f"seal: {name}"] = hits
    return found


def main() -> int:
    """
    Try everything, print the table, and return the exit code.
    """
    texts = leaks()
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        room = Path(folder)
        # These processes know nothing of what their kernels handle.
        found = kernels.in_a_kernel(room / "kernel", texts)
        found |= kernels.in_a_batch(room / "batch", texts)
        found |= kernels.in_nbval(room / "nbval", texts)
        plain = kernels.in_plain_papermill(room / "papermill")
        found |= aws_logs.in_debug_logs(room / "aws")
        # As at the beginning of a process.
        vars(redact)["_known"].clear()
        know()
        found |= through_vents(room, texts) | sealed_with(room, texts)
    return report(found, plain, len(texts))


def report(found: Found, plain: Found, tried: int) -> int:
    """
    Print what was tried and what came out.
    """
    say = sys.stdout.write
    for way, hits in (found | plain).items():
        say(f"{way:44} {len(hits)}\n")
        for hit in sorted(set(hits))[:5] if way not in plain else ():
            say(f"    {hit}\n")
    leaking = [way for way, hits in found.items() if hits]
    caught = [way for way, hits in plain.items() if hits]
    say(
        f"{len(found)} paths; {len(CANARIES)} canaries in {tried // len(CANARIES)} encodings"
    )
    say(f" each, {tried} texts that hold one\n")
    say(f"ways that leak: {len(leaking)}\n")
    say(f"plain papermill, with a secret as parameter: {len(caught)} leaks\n")
    return 0 if not leaking and len(caught) == len(plain) else 1


if __name__ == "__main__":
    sys.exit(main())
