"""
Change requests, as commands write and approve them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.evidence import change_request, files
from closednet.render.request.document import LANGUAGES


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.evidence.change_request import RequestFile

JSON: Final = ".json"


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
