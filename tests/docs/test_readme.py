"""
Every command that the README shows is run, in its order, on one rehearsal.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from closednet_rehearsal.running import running
from tests.docs.console import Command, commands


if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
NOT_RUN: Final = ("make ", "closednet lab")
ASKS_FOR_THE_CODE: Final = "echo $?"
DIGEST: Final = re.compile(r"digest: ([0-9a-f]{20})")


@dataclass
class Reader:
    """
    Somebody who types what the README says, and fills in DIGEST and RUN_ID.
    """

    folder: Path
    environment: Mapping[str, str]
    digest: str = "DIGEST"
    code: int = 0
    problems: list[str] = field(default_factory=list)

    def types(self, command: Command, *, may_fail: bool) -> None:
        """
        Run one command; note what it did not do as the README says.
        """
        typed = command.text.replace("DIGEST", self.digest)
        typed = typed.replace("RUN_ID", self._run_id())
        done = subprocess.run(
            ["/bin/sh", "-c", f"(exit {self.code}); {typed}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        output = done.stdout + done.stderr
        self.code = done.returncode
        self.digest = (DIGEST.findall(output) or [self.digest])[-1]
        if self.code and not may_fail:
            self.problems.append(f"{typed}: exit code {self.code}\n{output[-3000:]}")
        self.problems += [
            f"{typed}: does not print {line!r}\n{output[-3000:]}"
            for line in command.missing_from(output)
        ]

    def _run_id(self) -> str:
        """
        Return the rollout's run: the one that left receipts first.
        """
        runs = sorted(
            (self.folder / "evidence").glob("*/*/receipts"),
            key=lambda path: path.stat().st_ctime,
        )
        return runs[0].parent.name if runs else "RUN_ID"


def _folder_like_a_checkout(folder: Path) -> Path:
    for name in ("notebooks", "params"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_what_is_not_run_is_only_what_stays_open() -> None:
    """
    JupyterLab does not end by itself; all else is typed in the test below.
    """
    not_run = [c.text for c in commands(README) if c.text.startswith(NOT_RUN)]

    assert [] == [text for text in not_run if not text.endswith("--help")]


def test_a_missing_line_is_noticed() -> None:
    """
    The comparison is not content with anything.
    """
    command = Command("true", ["run RUN_ID in ...", "two  words"])

    assert [] == command.missing_from("run 2026-a in 3 s\n  two words")
    assert ["two  words"] == command.missing_from("run 2026-a in 3 s\ntwo")


@pytest.mark.rehearsal
def test_every_command_does_what_is_shown(tmp_path: Path) -> None:
    """
    From `check` to the rollback, with exit codes and the lines that are shown.
    """
    folder = _folder_like_a_checkout(tmp_path)
    evidence = folder / "evidence"
    shown = commands(README)
    with running(folder / ".rehearsal", evidence=evidence) as rehearsal:
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        reader = Reader(folder, rehearsal.environment(evidence) | {"PATH": tools})
        for command, after in zip(shown, [*shown[1:], None], strict=True):
            asked = after is not None and after.text == ASKS_FOR_THE_CODE
            reader.types(command, may_fail=asked)
            assert [] == reader.problems
        unsupported = rehearsal.ask("unsupported")

    assert [] == unsupported
