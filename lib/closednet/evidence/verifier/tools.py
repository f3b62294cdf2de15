"""
Other programs of this machine that can check what Python alone cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess


TOOL_PATIENCE_S = 120
TOOL_ENVIRONMENT = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSH_ASKPASS", "SYSTEMROOT")


class NoToolError(Exception):
    """
    A program is not installed here, or did not end.
    """


def run_tool(name: str, *arguments: str, data: bytes = b"") -> tuple[int, bytes, str]:
    """
    Run a program; return its exit code, its output, and what it complained about.

    Raises:
        NoToolError: There is no such program, or it did not end.
    """
    program = shutil.which(name)
    if program is None:
        raise NoToolError(f"{name} is not installed here")
    known = {key: os.environ[key] for key in TOOL_ENVIRONMENT if key in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the arguments are our own
            [program, *arguments],
            input=data,
            capture_output=True,
            check=False,
            timeout=TOOL_PATIENCE_S,
            env={**known, "LC_ALL": "C", "TZ": "UTC"},
        )
    except subprocess.TimeoutExpired as err:
        raise NoToolError(f"{name} did not end in {TOOL_PATIENCE_S} s") from err
    said = done.stderr.decode("utf-8", "replace").strip()
    return done.returncode, done.stdout, "; ".join(said.splitlines())
