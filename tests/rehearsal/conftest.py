"""
A whole rehearsal for the tests of the command line.
"""

from __future__ import annotations

import os

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests import terminal
from tests.rehearsals import running


if TYPE_CHECKING:
    import subprocess

    from collections.abc import Iterator
    from pathlib import Path

    from closednet_rehearsal.running import Running


@dataclass(frozen=True, slots=True)
class Stage:
    """
    A rehearsal, an evidence folder, and the command line on both.
    """

    rehearsal: Running
    evidence: Path

    def closednet(
        self, *arguments: str, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """
        Run a command of closednet to its end.
        """
        environment = self.rehearsal.environment(self.evidence) | env
        return terminal.run(*arguments, env=environment)

    def start(self, *arguments: str) -> terminal.Started:
        """
        Start a command of closednet in a process group of its own.
        """
        return terminal.start(*arguments, env=self.rehearsal.environment(self.evidence))

    def mutating_calls(self) -> list[str]:
        """
        Return the writing calls that AWS got so far, in order.
        """
        return [
            f"{call['service']}:{call['operation']}"
            for call in self.rehearsal.ask("calls")
            if call["mutating"] and call["status"] < 400
        ]

    def runs(self) -> list[Path]:
        """
        Return the folders of all runs, oldest first.
        """
        journals = self.evidence.glob("*/*/journal.jsonl")
        return sorted((p.parent for p in journals), key=lambda p: p.stat().st_ctime)


@pytest.fixture(name="stage")
def _stage(tmp_path: Path) -> Iterator[Stage]:
    os.environ.pop("AWS_PROFILE", None)
    evidence = tmp_path / "evidence"
    with running(tmp_path / "rehearsal", evidence=evidence) as rehearsal:
        yield Stage(rehearsal, evidence)
