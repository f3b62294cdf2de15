"""
What people add to the evidence: the operator's notes, and a second person's word.
"""

from __future__ import annotations

import getpass

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.evidence import files, signed_approvals, ssh_signature
from closednet.evidence.journal import stamp
from closednet.evidence.run_folder import utc_now
from closednet.model import canonical
from closednet.render.closing import LinesView


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder

NAMESPACE: Final = "closednet-countersign"
FORMAT: Final = "closednet-countersign/1"
FOLDER: Final = "remarks"


def note(folder: RunFolder, step: str, text: str) -> LinesView:
    """
    Keep a note of the operator: the ticket, the window, what was seen.
    """
    said = {"step": step, "by": getpass.getuser(), "at": stamp(utc_now()), "text": text}
    name = _free(folder, f"note-{step}")
    kept = files.json_text({**said})
    signed_approvals.keep(folder, "note", name, kept, step=step, by=said["by"])
    return LinesView((f"noted: {text}",))


def countersign(folder: RunFolder, step: str, name: str, *, key: str = "") -> LinesView:
    """
    Keep that a second person saw what was done so far, signed if there is a key.

    The statement holds the end of the journal, and so everything before it; the
    operator of the run cannot be the second person.

    Raises:
        PreconditionError: The operator gave their own name, or none.
    """
    operator = getpass.getuser()
    if not name.strip() or name == operator:
        raise PreconditionError(
            f"{name or 'nobody'} cannot countersign what {operator} did",
            hint="let a second person look at it, and give their name",
        )
    last = folder.events()[-1]
    statement = {
        "format": FORMAT,
        "site": folder.site,
        "run": folder.run_id,
        "step": step,
        "operator": operator,
        "by": name,
        "at": stamp(utc_now()),
        "journal": {"event": last.n, "hash": last.hash},
    }
    text = canonical.text(statement) + "\n"
    file = _free(folder, f"countersign-{step}")
    how = "named"
    if key:
        path = Path(key).expanduser()
        signature = ssh_signature.sign(path, NAMESPACE, text.encode())
        signed_approvals.keep(folder, "countersignature", f"{file}.sig", signature)
        how = ssh_signature.public_key(path)
    signed_approvals.keep(folder, "countersigned", file, text, step=step, by=name)
    return LinesView((f"countersigned by {name} ({how}), up to event {last.n}",))


def _free(folder: RunFolder, stem: str) -> str:
    """
    Return a file name that is not taken: nothing that was said is overwritten.
    """
    taken = len(list((folder.path / FOLDER).glob(f"{stem}-*.json")))
    return f"{FOLDER}/{stem}-{taken + 1:02d}.json"
