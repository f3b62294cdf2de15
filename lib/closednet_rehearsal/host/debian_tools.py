"""
Stand-ins for `dpkg` and `dpkg-query`.
"""

from __future__ import annotations

import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import packages


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

LONG: Final = {
    "--install": "-i",
    "--remove": "-r",
    "--purge": "-P",
    "--status": "-s",
    "--list": "-l",
    "--show": "-W",
    "--print-architecture": "-A",
}
ACTIONS: Final = frozenset({"-i", "-r", "-P", "-s", "-l", "-W", "-A"})
HEADING: Final = """\
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name                           Version         Architecture Description
+++-==============================-===============-============-===============
"""


def main(machine: Machine, name: str, arguments: list[str]) -> int:
    """
    Run the one action that the command line names.
    """
    form, words = _format(arguments)
    words = [LONG.get(word, word) for word in words]
    action = next((word for word in words if word in ACTIONS), "")
    names = [word for word in words if not word.startswith("-")]
    code = 0
    match action:
        case "-i":
            code = _install(machine, names)
        case "-r" | "-P":
            _remove(machine, names, purge=action == "-P")
        case "-s":
            code = max((_status(machine, each) for each in names), default=2)
        case "-l":
            code = _list(machine, names)
        case "-W":
            code = _show(machine, names, form)
        case "-A":
            print(machine.package_arch)
        case _:
            print(f"{name}: error: need an action option", file=sys.stderr)
            code = 2
    return code


def _format(arguments: list[str]) -> tuple[str, list[str]]:
    form, words = "${Package}\t${Version}\n", []
    rest = iter(arguments)
    for word in rest:
        if word in {"-f", "--showformat"}:
            form = next(rest, "")
        elif word.startswith(("-f=", "--showformat=")):
            form = word.partition("=")[2]
        elif word.startswith("-f"):
            form = word[2:]
        else:
            words.append(word)
    return form.replace("\\n", "\n").replace("\\t", "\t"), words


def _install(machine: Machine, files: list[str]) -> int:
    failed = [file for file in files if not _install_one(machine, file)]
    if failed:
        print("Errors were encountered while processing:", file=sys.stderr)
        for file in failed:
            print(f" {file}", file=sys.stderr)
    return 1 if failed or not files else 0


def _install_one(machine: Machine, file: str) -> bool:
    problem = ""
    try:
        package = packages.read(Path(file))
    except FileNotFoundError:
        problem = f"dpkg: error: cannot access archive '{file}': No such file"
    except packages.NotAPackage:
        problem = f"dpkg-deb: error: '{file}' is not a Debian format archive"
    else:
        arch = machine.package_arch
        if package.format != "deb":
            problem = f"dpkg-deb: error: '{file}' is not a Debian format archive"
        elif package.architecture != arch:
            problem = (
                f"dpkg: error processing archive {file} (--install):\n package"
                f" architecture ({package.architecture}) does not match system ({arch})"
            )
        else:
            _install_package(machine, package, file)
    if problem:
        print(problem, file=sys.stderr)
    return not problem


def _install_package(machine: Machine, package: packages.Package, file: str) -> None:
    name, version = package.name, f"{package.version}-1"
    before = packages.installed(machine, name)
    if before is None or before.status != packages.INSTALLED:
        print(f"Selecting previously unselected package {name}.")
    print("(Reading database ... 4096 files and directories currently installed.)")
    print(f"Preparing to unpack {Path(file).name} ...")
    over = f" over ({before.version}-1)" if before else ""
    print(f"Unpacking {name} ({version}){over} ...")
    print(f"Setting up {name} ({version}) ...", flush=True)
    packages.install(machine, package)


def _remove(machine: Machine, names: list[str], *, purge: bool) -> None:
    for name in names:
        package = packages.installed(machine, name)
        if package is None:
            word = "purge" if purge else "remove"
            text = f"dpkg: warning: ignoring request to {word} {name}"
            print(f"{text} which isn't installed", file=sys.stderr)
            continue
        print("(Reading database ... 4096 files and directories currently installed.)")
        if package.status == packages.INSTALLED:
            print(f"Removing {name} ({package.version}-1) ...", flush=True)
        if purge:
            print(f"Purging configuration files for {name} ...", flush=True)
        packages.remove(machine, package, purge=purge)


def _status(machine: Machine, name: str) -> int:
    package = packages.installed(machine, name)
    if package is None:
        text = f"dpkg-query: package '{name}' is not installed"
        print(f"{text} and no information is available", file=sys.stderr)
        return 1
    print(packages.status_text(package))
    return 0


def _list(machine: Machine, names: list[str]) -> int:
    found = _chosen(machine, names)
    if names and not found:
        print(f"dpkg-query: no packages found matching {names[0]}", file=sys.stderr)
        return 1
    print(HEADING, end="")
    for each in found:
        mark = "ii" if each.status == packages.INSTALLED else "rc"
        version = f"{each.version}-1"
        print(f"{mark}  {each.name:30} {version:15} {each.architecture:12} rehearsal")
    return 0


def _show(machine: Machine, names: list[str], form: str) -> int:
    found = _chosen(machine, names)
    for each in found:
        text = form
        values = {"Package": each.name, "Version": f"{each.version}-1"}
        values |= {"Status": each.status, "Architecture": each.architecture}
        for field, value in values.items():
            text = text.replace(f"${{{field}}}", value)
        print(text, end="")
    missing = set(names) - {each.name for each in found}
    for name in sorted(missing):
        print(f"dpkg-query: no packages found matching {name}", file=sys.stderr)
    return 1 if missing else 0


def _chosen(machine: Machine, names: list[str]) -> list[packages.Package]:
    return [
        each for each in packages.everything(machine) if not names or each.name in names
    ]
