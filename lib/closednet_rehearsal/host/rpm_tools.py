"""
Stand-in for `rpm`.
"""

from __future__ import annotations

import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import packages
from closednet_rehearsal.host.keyring import Keyring, check


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

LONG: Final = {
    "--query": "q",
    "--upgrade": "U",
    "--install": "i",
    "--erase": "e",
    "--checksig": "K",
    "--import": "I",
}


def main(machine: Machine, _: str, arguments: list[str]) -> int:
    """
    Run the one action that the command line names.
    """
    letters, form, names = _parse(arguments)
    match next((letter for letter in "qUFieKI" if letter in letters), ""):
        case "q":
            return _query(machine, names, form, every="a" in letters)
        case "U" | "F" | "i":
            return max((_install(machine, file) for file in names), default=1)
        case "e":
            return max((_erase(machine, name) for name in names), default=1)
        case "K":
            return max((_checksig(machine, file) for file in names), default=1)
        case "I":
            return _import(machine, names)
        case _:
            print("rpm: no action was named (rehearsal)", file=sys.stderr)
            return 1


def _parse(arguments: list[str]) -> tuple[str, str, list[str]]:
    letters, form = "", "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n"
    names = []
    rest = iter(arguments)
    for word in rest:
        if word in {"--queryformat", "--qf"}:
            form = next(rest, "")
        elif word.startswith(("--queryformat=", "--qf=")):
            form = word.partition("=")[2]
        elif word.startswith("--"):
            letters += LONG.get(word, "")
        elif word.startswith("-"):
            letters += word[1:]
        else:
            names.append(word)
    return letters, form.replace("\\n", "\n"), names


def _query(machine: Machine, names: list[str], form: str, *, every: bool) -> int:
    if every:
        names = [each.name for each in packages.everything(machine)]
    code = 0
    for name in names:
        package = packages.installed(machine, name)
        if package is None:
            print(f"package {name} is not installed")
            code = 1
        else:
            print(_filled(package, form), end="")
    return code


def _filled(package: packages.Package, form: str) -> str:
    arch = "aarch64" if package.architecture == "arm64" else "x86_64"
    values = {"NAME": package.name, "VERSION": package.version}
    values |= {"RELEASE": "1", "ARCH": arch}
    for field, value in values.items():
        form = form.replace(f"%{{{field}}}", value)
    return form


def _install(machine: Machine, file: str) -> int:
    try:
        package = packages.read(Path(file))
    except FileNotFoundError:
        print(f"error: open of {file} failed: No such file", file=sys.stderr)
        return 1
    except packages.NotAPackage:
        print(f"error: {file}: not an rpm package", file=sys.stderr)
        return 1
    if package.format != "rpm":
        print(f"error: {file}: not an rpm package", file=sys.stderr)
        return 1
    shown = _filled(package, "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}")
    if package.architecture != machine.package_arch:
        text = f"\tpackage {shown} is intended for a different architecture"
        print(text, file=sys.stderr)
        return 1
    if packages.installed(machine, package.name) == package:
        print(f"\tpackage {shown} is already installed", file=sys.stderr)
        return 1
    packages.install(machine, package)
    return 0


def _erase(machine: Machine, name: str) -> int:
    package = packages.installed(machine, name)
    if package is None:
        print(f"error: package {name} is not installed", file=sys.stderr)
        return 1
    packages.remove(machine, package, purge=True)
    return 0


def _import(machine: Machine, files: list[str]) -> int:
    keyring = Keyring(machine.root / "var/lib/rpm/pubkeys")
    for file in files:
        if keyring.add(Path(file)) is None:
            print(f"error: {file}: key 1 not an armored public key.", file=sys.stderr)
            return 1
    return 0


def _checksig(machine: Machine, file: str) -> int:
    # The rehearsal's packages are signed beside the file, not inside it.
    signature = Path(f"{file}.sig")
    if not signature.exists():
        print(f"{file}: digests OK")
        return 0
    keyring = Keyring(machine.root / "var/lib/rpm/pubkeys")
    good = check(keyring, signature, Path(file)).good
    print(f"{file}: digests {'signatures OK' if good else 'SIGNATURES NOT OK'}")
    return 0 if good else 1
