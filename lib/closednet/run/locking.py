"""
One run at a time on a site.
"""

from __future__ import annotations

import os

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from closednet.evidence import runs


if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder

HELD: Final = "CLOSEDNET_LOCK_HELD"
WANTED_BY: Final = "JPY_PARENT_PID"


def site_lock(folder: RunFolder) -> AbstractContextManager[object]:
    """
    Hold the lock of the site; a notebook of a batch works under the batch's.

    A kernel is told who wanted it; its parent may be a server that forked it.

    Raises:
        BusyError: Another run holds it; says which.
    """
    if os.environ.get(HELD) in {str(os.getppid()), os.environ.get(WANTED_BY, "")}:
        return nullcontext()
    return runs.site_lock(folder.root, folder.site, run_id=folder.run_id)


@contextmanager
def held(root: Path, site: str) -> Iterator[None]:
    """
    Hold the site's lock for this process and the kernels that it starts.

    Raises:
        BusyError: Another run holds it; says which.
    """
    with runs.site_lock(root, site, run_id="batch"):
        os.environ[HELD] = str(os.getpid())
        try:
            yield
        finally:
            del os.environ[HELD]
