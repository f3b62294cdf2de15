"""
Ways out of this process: what the library writes and prints, given a leak.

Each takes a text that holds a canary and returns all that came out.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import traceback
import warnings

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from closednet.aws.calls import shown_params
from closednet.aws.translate import translate
from closednet.batch import guarding
from closednet.cli import commands, main
from closednet.errors import ClosednetError, HostError
from closednet.evidence import html, journal, normalise
from closednet.hosts.connector import Fleet
from closednet.hosts.scripts import Script
from closednet.model.change import Create, Manual
from closednet.model.plan import Plan
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Check, Report
from closednet.model.specs.management import LogGroup
from closednet.params.connection import Connection
from closednet.params.site import Host
from tests.unit.evidence.samples import PLAN, SCOPE, Clock, run_folder


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHIM = """\
#!/bin/sh
tr '\\0' '\\n' < /proc/$$/cmdline > "{at}/seen"
tr '\\0' '\\n' < /proc/$$/environ >> "{at}/seen"
exec /bin/sh -s
"""


@dataclass
class Room:
    """
    A folder for one try.
    """

    path: Path

    def text(self) -> str:
        """
        Return everything that lies here.
        """
        files = sorted(p for p in self.path.rglob("*") if p.is_file())
        return "\n".join(
            f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}"
            for path in files
        )


@dataclass
class Told:
    """
    What a server is told: as a secret is, but nobody else knows it.
    """

    value: str

    def reveal(self) -> str:
        """
        Return the value.
        """
        return self.value


def journaled(leak: str, room: Room) -> str:
    """The journal, at any depth."""
    book = journal.Journal(room.path / "journal.jsonl", run_id="x", clock=Clock())
    book.record("note", text=leak, deep=[{"er": (leak, {leak: 1})}])
    return room.text()


def torn(leak: str, room: Room) -> str:
    """A half-written line of the journal, which is kept aside."""
    path = room.path / "journal.jsonl"
    path.write_text(f'{{"at": {json.dumps(leak)}')
    journal.Journal(path, run_id="x", clock=Clock()).record("note")
    return room.text()


def run_files(leak: str, room: Room) -> str:
    """Parameters, versions, plans, approvals, receipts, reports, handover, index."""
    folder = run_folder(room.path)
    spec = LogGroup(leak, 1)
    work = Manual("DNS administrator", leak, spec)
    plan = Plan("activation", SCOPE, (Create(spec), work))
    folder.write_params({"site": leak, leak: [leak]})
    folder.write_versions({"boto3": leak})
    folder.write_plan(plan)
    folder.write_approval(PLAN, by=leak, how=leak)
    done = (Done(Create(spec), leak),)
    folder.write_receipt(Receipt("activation", "", "", done, (work,)))
    checks = (Check(leak, False, leak, (), leak, leak),)
    folder.write_report(Report("activation", checks))
    folder.write_handover("named.conf", leak, audience=leak)
    html.write_index(folder.path)
    return room.text()


def notebook_and_page(leak: str, room: Room) -> str:
    """An executed notebook and its page, with the leak in every kind of output."""
    middle = len(leak) // 2
    stream = {"output_type": "stream", "name": "stdout"}
    outputs = [
        stream | {"text": [leak[:middle]]},
        stream | {"text": [leak[middle:]]},
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": leak,
            "traceback": [f"\x1b[31m{leak}\x1b[0m"],
        },
        {
            "output_type": "display_data",
            "data": {"text/html": [f"<b>{leak}</b>"], "text/plain": leak},
            "metadata": {"note": leak},
        },
    ]
    node: dict[str, Any] = {
        "metadata": {"papermill": {"parameters": {"code": leak}}, "title": leak},
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": [
            {
                "cell_type": "code",
                "source": f"code = {leak!r}",
                "metadata": {"tags": ["injected-parameters"]},
                "execution_count": 1,
                "outputs": outputs,
            },
            {"cell_type": "markdown", "source": leak, "metadata": {}},
        ],
    }
    folder = run_folder(room.path)
    text = normalise.dumps(node)
    path = folder.path / "notebooks/10-x.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    page = html.notebook_to_html(path, simulated=True)
    folder.write_notebook("10-x", text, page)
    return room.text()


def server(leak: str, room: Room) -> str:
    """A server that echoes, its transcript, its error, its client's arguments."""
    shim = room.path / "ssh"
    shim.write_text(SHIM.format(at=room.path))
    shim.chmod(0o700)
    book = journal.Journal(room.path / "journal.jsonl", run_id="x", clock=Clock())
    host = Host(name="web01", address="192.168.10.11", os="ubuntu")
    connection = Connection(ssh_command=(str(shim),))
    fleet = Fleet((host,), connection, book)
    # As the secret is handed on: a variable of the script, over standard input.
    script = Script("echo", 'set -x; printf "%s\\n" "$CODE"; exit 7\n', 30)
    told: Any = Told(leak)
    said = ""
    try:
        fleet.run(script, host, {"CODE": told})
    except HostError as err:
        said = f"{err} {err!r} {getattr(err, 'result', '')}"
    return said + room.text()


def call(leak: str, room: Room) -> str:
    """The parameters of a call to AWS, and what AWS complains of."""
    error: Any = {"Error": {"Code": "ValidationException", "Message": f"bad {leak}"}}
    refused = ClientError(error, "PutParameter")
    invalid = ParamValidationError(report=f"Invalid value {leak}")
    shown = shown_params({"Description": leak, "Tags": [{"Value": leak}]}, None)
    book = journal.Journal(room.path / "journal.jsonl", run_id="x", clock=Clock())
    book.record("aws-call", params=shown)
    errors = [translate(err, "ssm:PutParameter", leak) for err in (refused, invalid)]
    book.record("error", words=[str(err) for err in errors])
    return json.dumps(shown) + room.text()


def command_error(leak: str, room: Room) -> str:
    """A command that fails as ours do."""
    said = io.StringIO()
    kept, sys.stderr = sys.stderr, said
    known = commands.COMMANDS["check"]

    def fail(_: object) -> int:
        raise ClosednetError(f"failed: {leak}", hint=f"look at {leak}")

    held: dict[str, Any] = dict(commands.COMMANDS)
    try:
        vars(commands)["COMMANDS"] = held | {
            "check": commands.Command("x", known.arguments, fail)
        }
        main.main(["check", "x"])
    finally:
        sys.stderr = kept
        vars(commands)["COMMANDS"] = held
    return said.getvalue()


def _guarded(act: Callable[[], object]) -> str:
    """
    Return what a process prints whose terminal is guarded as our command's is.
    """
    said = io.StringIO()
    kept = (sys.stdout, sys.stderr)
    guard: Any = guarding.GuardedStream(said)
    sys.stdout, sys.stderr = guard, guard
    try:
        act()
    finally:
        sys.stdout, sys.stderr = kept
    return said.getvalue()


def terminal_print(leak: str, room: Room) -> str:
    """Prints of a command."""
    pieces = (leak, " ", repr([leak]), " ", str({"a": leak}), "\n")
    return _guarded(lambda: [sys.stdout.write(piece) for piece in pieces])


def terminal_lines(leak: str, room: Room) -> str:
    """Lines written together."""
    return _guarded(lambda: sys.stdout.writelines([leak[:9], leak[9:], "\n"]))


def terminal_log(leak: str, room: Room) -> str:
    """Logs, at every level, of any library."""

    def act() -> None:
        logger = logging.getLogger("canary")
        handler = logging.StreamHandler()
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.debug("Response body:\n%r", leak.encode())
        logger.error("failed for %s", leak, extra={"more": leak})
        logger.removeHandler(handler)

    return _guarded(act)


def terminal_warning(leak: str, room: Room) -> str:
    """Warnings."""

    def act() -> None:
        sys.stderr.write(warnings.formatwarning(leak, UserWarning, "x.py", 1, leak))

    return _guarded(act)


def terminal_traceback(leak: str, room: Room) -> str:
    """The traceback of an error that nobody expected, in any thread."""

    def fail() -> None:
        try:
            dict[str, int]()[leak]
        except KeyError as err:
            raise RuntimeError(leak) from err

    def act() -> None:
        thread = threading.Thread(target=fail)
        hook, threading.excepthook = threading.excepthook, threading.__excepthook__
        try:
            thread.start()
            thread.join()
        finally:
            threading.excepthook = hook
        try:
            fail()
        except RuntimeError as err:
            sys.__excepthook__(type(err), err, err.__traceback__)
            held = traceback.TracebackException.from_exception(err, capture_locals=True)
            sys.stderr.write("".join(held.format()))

    return _guarded(act)


VENTS: dict[str, Callable[[str, Room], str]] = {
    "journal": journaled,
    "journal, torn": torn,
    "files of a run": run_files,
    "notebook and page": notebook_and_page,
    "server's transcript": server,
    "call to AWS": call,
    "error of a command": command_error,
    "terminal: print": terminal_print,
    "terminal: lines": terminal_lines,
    "terminal: log": terminal_log,
    "terminal: warning": terminal_warning,
    "terminal: traceback": terminal_traceback,
}
