"""
Commands: each is found when it is given, and costs only what it needs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from closednet.cli import evidence_commands, main
from closednet.cli.commands import COMMANDS


HEAVY = ("boto3", "botocore", "dns", "jinja2", "nbformat", "pandas", "pydantic")
HELP = """
import contextlib, io, json, sys
from closednet.__main__ import main
sys.argv = ["closednet", *sys.argv[1:]]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
sys.__stdout__.write(json.dumps(sorted(sys.modules)))
"""


def imported(*arguments: str) -> set[str]:
    """
    Return what a command imports until it ends.
    """
    shown = subprocess.run(
        [sys.executable, "-c", HELP, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    names: list[str] = json.loads(shown)
    return set(names)


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], HEAVY),
        (["plan", "--help"], HEAVY),
        (["check", "params/none.yaml"], ("boto3", "dns", "jinja2", "nbformat")),
        (["evidence", "verify", "none"], ("boto3", "dns", "nbformat", "pydantic")),
        (["report", "none"], ("boto3", "dns", "nbformat", "pydantic")),
    ],
)
def test_a_command_imports_only_what_it_needs(
    arguments: list[str], unneeded: tuple[str, ...]
) -> None:
    assert set() == imported(*arguments) & set(unneeded)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_table_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A wrong name would be noticed by nobody before the command is given.
    """
    asked: list[str] = []

    def resolved(place: str) -> object:
        asked.append(place)
        module, _, function = place.partition(":")
        __import__(module)
        assert callable(getattr(sys.modules[module], function))
        return lambda _: 7

    monkeypatch.setattr("closednet.cli.commands.resolve_name", resolved)
    given = argparse.Namespace(do="verify")

    assert 7 == COMMANDS[name].run(given)
    assert 1 == len(asked)


@pytest.mark.parametrize("verb", ["verify", "pack", "diff"])
def test_every_verb_of_evidence_is_a_function(verb: str) -> None:
    paths = ["a", "b"] if verb == "diff" else ["a"]
    given = main.parser().parse_args(["evidence", verb, *paths])

    assert callable(getattr(evidence_commands, given.do))
