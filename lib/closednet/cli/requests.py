"""
Change requests, as commands write and approve them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.evidence import change_request, files
from closednet.render.request.document import LANGUAGES
from closednet.run import signing


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.evidence.change_request import RequestFile

JSON: Final = ".json"
APPROVALS: Final = "approvals"


def write(arguments: Namespace, file: RequestFile) -> Path:
    """
    Write a change request where `--out` says, and return its JSON file.
    """
    target = Path(arguments.out)
    if target.suffix == JSON:
        files.write_text(target, file.text)
        return target
    languages = (arguments.lang,) if arguments.lang else tuple(LANGUAGES)
    change_request.write(target, file, languages)
    return target / change_request.FILE


def approve(arguments: Namespace) -> int:
    """
    Sign a change request with the approver's own key.
    """
    path = Path(arguments.file)
    request = signing.checked(path, digest=arguments.digest, params=arguments.check)
    folder = Path(arguments.out) if arguments.out else path.parent / APPROVALS
    signed = signing.approve(
        path,
        request,
        key=Path(arguments.key).expanduser(),
        approver=arguments.approver,
        valid_hours=arguments.valid_hours,
    )
    print(f"{request.document('en').title}: {len(request.rollout.changes)} changes")
    print(f"digest: {request.rollout.digest}")
    print(f"approved by {arguments.approver}: {signing.write(folder, signed)}")
    return 0
