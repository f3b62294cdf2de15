"""
Tools of others that are measured, in environments that are thrown away with `.bench`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from functools import cache
from pathlib import Path


FOLDER = Path(__file__).parents[1] / ".bench"
NOT_HERE = "not on this machine"


def paths() -> list[str]:
    """
    Return where the tools' commands are.
    """
    return [str(folder) for folder in sorted(FOLDER.glob("*/bin"))]


@cache
def aws_cli() -> str:
    """
    Install aws-cli apart; return why it cannot be used, or nothing.
    """
    return _installed("aws-cli", "aws", "awscli")


def _installed(name: str, command: str, *packages: str) -> str:
    place = FOLDER / name
    if (place / "bin" / command).is_file():
        return ""
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True)  # noqa: S603
        pip = [place / "bin/python", "-m", "pip", "install", "-q", *packages]
        subprocess.run(pip, check=True, capture_output=True)  # noqa: S603
    except subprocess.CalledProcessError:
        shutil.rmtree(place, ignore_errors=True)
        return NOT_HERE
    return ""
