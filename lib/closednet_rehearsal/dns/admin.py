"""
Plays the DNS administrator: installs the zones of a forwarder's configuration.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.dns.configs import (
    LOCAL_FILE,
    ZONES_FILE,
    Forwarding,
    read_config,
    read_local,
)
from closednet_rehearsal.dns.real import INSTALLED
from closednet_rehearsal.settings import INBOUND_IPS


if TYPE_CHECKING:
    from collections.abc import Sequence


FORGOTTEN: Final = "dns-administrator-forgets"


class RefusedByAdministratorError(ValueError):
    """
    What an administrator would send back instead of installing it.
    """


def install_zones(work_dir: Path, text: str) -> tuple[str, ...]:
    """
    Forward the zones that a configuration names, and no others any more.

    Raises:
        RefusedByAdministratorError: It names no zone, or forwards elsewhere.
    """
    forwardings = read_config(text)
    if not forwardings:
        raise RefusedByAdministratorError(
            "rehearsal: the DNS administrator finds no forwarded zone in this text"
        )
    for forwarding in forwardings:
        _check_targets(forwarding)
    forgets = _forgotten(work_dir)
    named = tuple(
        dict.fromkeys(
            f.zone for f in forwardings if not (forgets and forgets in f.zone)
        )
    )
    write_zones(work_dir, named, read_local(text))
    _put(work_dir / INSTALLED, text)
    return named


def forget(work_dir: Path, part: str) -> None:
    """
    Let the administrator overlook zones with `part` in their names; "": none any more.

    What was installed already is installed again like this.
    """
    _put(work_dir / FORGOTTEN, part)
    installed = work_dir / INSTALLED
    text = installed.read_text("utf-8") if installed.exists() else ""
    if text:
        install_zones(work_dir, text)


def _forgotten(work_dir: Path) -> str:
    file = work_dir / FORGOTTEN
    return file.read_text("utf-8") if file.exists() else ""


def clear_zones(work_dir: Path) -> None:
    """
    Forward nothing, as before anybody configured the forwarder.
    """
    write_zones(work_dir, ())
    _put(work_dir / INSTALLED, "")


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run `closednet-rehearsal dns-admin`.
    """
    arguments = _parser().parse_args(argv)
    if arguments.clear:
        clear_zones(arguments.work_dir)
        sys.stdout.write("rehearsal: the forwarder forwards no zone\n")
        return 0
    try:
        zones = install_zones(arguments.work_dir, _read(arguments.file))
    except (RefusedByAdministratorError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"forwards {zone}\n" for zone in zones))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="closednet-rehearsal dns-admin",
        description="Install the forward zones of a configuration in the rehearsal.",
    )
    parser.add_argument("--work-dir", type=Path, default=Path(".rehearsal"))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--clear", action="store_true", help="forward nothing")
    what.add_argument(
        "file",
        nargs="?",
        help="BIND, unbound, dnsmasq, PowerShell or plain; - is stdin",
    )
    return parser


def _read(file: str) -> str:
    return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")


def _check_targets(forwarding: Forwarding) -> None:
    others = [ip for ip in forwarding.targets if ip not in INBOUND_IPS]
    if others:
        raise RefusedByAdministratorError(
            f"rehearsal: {forwarding.zone} is forwarded to {', '.join(others)};"
            f" the inbound endpoint has {', '.join(INBOUND_IPS)}"
        )


def write_zones(
    work_dir: Path,
    zones: tuple[str, ...],
    local: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """
    Forward these zones and answer these names, and no others any more.

    No question meets half of it: what is answered here stays until it is forwarded.
    """
    file, own = work_dir / LOCAL_FILE, local or {}
    before = json.loads(file.read_text("utf-8")) if file.exists() else {}
    _put(file, json.dumps(before | own, indent=2) + "\n")
    _put(work_dir / ZONES_FILE, json.dumps(zones, indent=2) + "\n")
    _put(file, json.dumps(own, indent=2) + "\n")


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(text, "utf-8")
    new.replace(file)
