"""
The command that opens JupyterLab.
"""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.forking import FOR_JUPYTER
from closednet.batch.notebooks import notebooks_folder
from closednet.params.load import find, load


if TYPE_CHECKING:
    from argparse import Namespace

# Its overrides keep JupyterLab from asking whether it may fetch news.
LAB_SETTINGS: Final = Path(__file__).with_name("lab")
LAB_OPTIONS: Final = (
    f"--LabApp.app_settings_dir={LAB_SETTINGS}",
    f"--LabServerApp.app_settings_dir={LAB_SETTINGS}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--KernelManager.transport_encryption=auto",
)


def lab(arguments: Namespace) -> int:
    """
    Open JupyterLab on the notebooks, with these parameters.
    """
    params = find(arguments.params)
    load(params)
    folder = notebooks_folder()
    print(f"set params_file = {os.path.relpath(params, folder.parent)!r} in a notebook")
    return subprocess.call(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "jupyterlab", os.fspath(folder), *LAB_OPTIONS],
        cwd=folder.parent,
        env=os.environ | FOR_JUPYTER,
    )
