"""
The scripts that run on servers: templates plus variables.

A script is idempotent, says why it does nothing when it does nothing, and
prints what it learned as `closednet: key=value` lines.
"""

from __future__ import annotations

import shlex

from dataclasses import dataclass
from importlib.resources import files
from typing import Final


NORMAL_S: Final = 120.0
# Functions that several scripts need, and most do not.
SHARED: Final = {
    "install-ssm-agent": ("signed-download",),
    "register": ("registering",),
    "register-by-setup-cli": ("signed-download", "registering"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """
    A complete shell script, ready for `/bin/sh -s`.
    """

    name: str
    text: str
    timeout_s: float = NORMAL_S


def template(name: str) -> str:
    """
    Return the text of the template `name`, such as `facts.sh`.
    """
    return (files("closednet.hosts.templates") / name).read_text("utf-8")


def render(name: str, *, timeout_s: float = NORMAL_S, **variables: str) -> Script:
    """
    Return the script `name` with its variables set.

    The body is one function, read as a whole before it runs, because commands
    inside would otherwise eat the rest of the script from standard input.
    """
    return Script(
        name,
        assignments(variables) + template("prelude.sh") + part(name) + run("main"),
        timeout_s,
    )


def carried(title: str, parts: tuple[str, ...], **variables: str) -> str:
    """
    Return a script that a person carries to a server and runs there as root.

    It does the work of several scripts, one after the other.
    """
    bodies = [
        part(name).replace("main() {", f"part_{n}() {{")
        for n, name in enumerate(parts, 1)
    ]
    # Each in a shell of its own: they set traps of their own.
    calls = [run(f"( part_{n} )") for n, _ in enumerate(parts, 1)]
    return (
        f"#!/bin/sh\n# {title}\n# Run it as root, and hand its output back.\n"
        + assignments(variables)
        + template("prelude.sh")
        + "".join(bodies)
        + "".join(calls)
    )


def carried_powershell(title: str, name: str, **variables: str) -> str:
    """
    Return the PowerShell script that a person carries to a Windows server.
    """
    lines = [f"${k} = '{_doubled(v)}'\n" for k, v in sorted(variables.items())]
    return (
        f"# {title}\n# Run it as administrator, and hand its output back.\n"
        + "".join(lines)
        + template(f"{name}.ps1")
    )


def part(name: str) -> str:
    """
    Return the function that does the work of the script `name`, and what it needs.
    """
    needed = (*SHARED.get(name, ()), name)
    return "".join(template(f"{each}.sh") for each in needed)


def run(function: str) -> str:
    """
    Return the line that runs a function, cut off from standard input.
    """
    return f"{function} </dev/null\n"


def assignments(variables: dict[str, str]) -> str:
    """
    Return shell assignments, safely quoted, in the order of their names.
    """
    return "".join(f"{k}={shlex.quote(v)}\n" for k, v in sorted(variables.items()))


def _doubled(value: str) -> str:
    return value.replace("'", "''")
