"""
Notebooks side by side, each in a kernel of its own.
"""

from __future__ import annotations

import signal
import time

from typing import TYPE_CHECKING

import pytest

from closednet.batch import overlap
from closednet.batch.execute import Outcome, execute
from tests.kernels.notebooks import write


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 30


@pytest.fixture(name="one")
def _one(tmp_path: Path) -> Callable[[str], Outcome]:
    """
    Runs the notebook of a name, which lies in the test's folder.
    """

    def one(name: str) -> Outcome:
        model, target = tmp_path / f"{name}.ipynb", tmp_path / f"{name}-out.ipynb"
        return execute(model, target, {}, timeout_s=PATIENCE_S)

    return one


def _meets(here: Path, there: Path) -> str:
    return (
        "import pathlib, time\n"
        f"pathlib.Path({str(here)!r}).touch()\n"
        f"while not pathlib.Path({str(there)!r}).exists(): time.sleep(0.01)\n"
    )


def test_they_run_at_the_same_time(
    tmp_path: Path, one: Callable[[str], Outcome]
) -> None:
    """
    Each waits for the other, which would never come if it were not running.
    """
    write(tmp_path / "a.ipynb", _meets(tmp_path / "1", tmp_path / "2"))
    write(tmp_path / "b.ipynb", _meets(tmp_path / "2", tmp_path / "1"))

    assert overlap.run("ab", "", one).ok


def test_a_failure_lets_the_others_end_and_none_begin(
    tmp_path: Path, one: Callable[[str], Outcome]
) -> None:
    """
    The failure is what is told, whoever ended last.
    """
    write(tmp_path / "a.ipynb", _meets(tmp_path / "1", tmp_path / "2"))
    write(tmp_path / "b.ipynb", f"{_meets(tmp_path / '3', tmp_path / '1')}1 / 0")
    slow = f"import time; time.sleep(1)\n{_meets(tmp_path / '2', tmp_path / '1')}"
    names = ["a", "b", "c", *"defg"]
    for name in names[2:]:
        write(tmp_path / f"{name}.ipynb", slow)

    outcome = overlap.run(names, "", one)

    assert ("b", "ZeroDivisionError") == (outcome.notebook, outcome.error)
    assert (tmp_path / "a-out.ipynb").exists()
    assert not (tmp_path / "d-out.ipynb").exists()
    assert not (tmp_path / "g-out.ipynb").exists()


@pytest.mark.usefixtures("_interruptible")
def test_an_interruption_reaches_every_kernel(
    tmp_path: Path, one: Callable[[str], Outcome]
) -> None:
    """
    Ctrl-C ends them all, and what they printed is kept.
    """
    sleeps = "print('before')\nimport time\nfor _ in range(600): time.sleep(0.1)"
    write(tmp_path / "a.ipynb", sleeps)
    meets = _meets(tmp_path / "1", tmp_path / "a.ipynb")
    kill = f"import os; os.kill(int(os.environ['JPY_PARENT_PID']), {signal.SIGINT})\n"
    write(tmp_path / "b.ipynb", f"import time; time.sleep(1)\n{meets}{kill}{sleeps}")
    began = time.monotonic()

    outcome = overlap.run("ab", "", one)

    assert ("a and b", "KeyboardInterrupt") == (outcome.notebook, outcome.error)
    assert "run the same command again" in outcome.message
    assert time.monotonic() - began < PATIENCE_S
    for name in "ab":
        assert "before" in (tmp_path / f"{name}-out.ipynb").read_text()
