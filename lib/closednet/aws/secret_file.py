"""
A secret store in one file that nobody but its owner may read.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Mapping


FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


class FileStore:
    """
    Secrets by name in a file of mode 0600 in a folder of mode 0700.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(
        self,
        name: str,
        secret: Secret,
        description: str,
        tags: Mapping[str, str],
    ) -> None:
        """
        Keep `secret` under `name`, in place of what was there.
        """
        self._write(self._read() | {name: secret.reveal()})

    def get(self, name: str) -> Secret | None:
        """
        Return the secret, or None.
        """
        value = self._read().get(name)
        return None if value is None else Secret(value, name=name)

    def delete(self, name: str) -> None:
        """
        Forget the secret; the file goes with its last one.
        """
        values = self._read()
        if values.pop(name, None) is None:
            return
        if values:
            self._write(values)
        else:
            self._path.unlink()

    def exists(self, name: str) -> bool:
        """
        Tell whether there is a secret of that name.
        """
        return name in self._read()

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        self._refuse_looser(self._path.parent, FOLDER_MODE)
        self._refuse_looser(self._path, FILE_MODE)
        values: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        return values

    def _write(self, values: dict[str, str]) -> None:
        folder = self._path.parent
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        self._refuse_looser(folder, FOLDER_MODE)
        # mkstemp makes the file 0600 before anything stands in it.
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".secret-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(self._path)

    @staticmethod
    def _refuse_looser(path: Path, mode: int) -> None:
        seen = stat.S_IMODE(path.stat().st_mode)
        if seen & ~mode:
            raise PreconditionError(
                f"{path} has mode {seen:04o}; others might read the secrets in it",
                missing=(f"mode {mode:04o}",),
                hint=f"look who read it, then: chmod {mode:o} {path}",
            )
