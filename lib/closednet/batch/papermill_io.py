"""
papermill's output handler `closednet://`: scrubbed, normalised, whole or not at all.

The stock handler truncates the file before it writes, twice a cell, and writes
whatever the cells printed.
"""

from __future__ import annotations

import json

from pathlib import Path
from typing import Final

from closednet.evidence import files, normalise


SCHEME: Final = "closednet://"


class ScrubbedFiles:
    """
    Files of this machine, `closednet://` before their path.
    """

    def read(self, path: str) -> str:
        """
        Return the text of a notebook.
        """
        return _place(path).read_text("utf-8")

    def listdir(self, path: str) -> list[str]:
        """
        Return what is in a folder.
        """
        return [f"{SCHEME}{each}" for each in sorted(_place(path).iterdir())]

    def write(self, buf: str, path: str) -> None:
        """
        Write an executed notebook, without secrets and what changes each time.
        """
        files.write_text(_place(path), normalise.dumps(json.loads(buf)))

    def pretty_path(self, path: str) -> str:
        """
        Return the path as people write it.
        """
        return path.removeprefix(SCHEME)


def _place(path: str) -> Path:
    return Path(path.removeprefix(SCHEME))


# papermill calls the functions of what an entry point names, and makes nothing of it.
FILES: Final = ScrubbedFiles()
