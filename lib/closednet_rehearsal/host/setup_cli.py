"""
Stand-in for AWS's `ssm-setup-cli`, which registers a server whose agent is installed.

Like the real one it first looks whether it is the newest of itself, and gives up if not.
"""

from __future__ import annotations

import json
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import registration, services, ssm_tools
from closednet_rehearsal.host.packages import installed
from closednet_rehearsal.host.wire import Request, Unreachable, send


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

WITH_VALUE: Final = frozenset(
    {"activation-code", "activation-id", "region", "manifest-url", "env", "version"}
)
MANIFEST: Final = "https://s3.{region}.amazonaws.com/amazon-ssm-{region}/{file}"
FILE: Final = "ssm-agent-manifest.json"
FOUND: Final = 200
CONFIG: Final = "etc/amazon/ssm/amazon-ssm-agent.json"
IDENTITY: Final = {"Identity": {"ConsumptionOrder": ["OnPrem"]}}


class SetupError(Exception):
    """
    What ends the command with exit code 1.
    """


def main(machine: Machine, _name: str, arguments: list[str]) -> int:
    """
    Register the server; `arguments` begin with the file that was called.
    """
    called, *rest = arguments
    options = ssm_tools.parse(rest, WITH_VALUE)
    try:
        _set_up(machine, Path(called), options)
    except (SetupError, Unreachable) as error:
        print(f"Failed to set up the agent: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up(machine: Machine, called: Path, options: dict[str, str]) -> None:
    if "register" not in options or not options.get("region"):
        raise SetupError("-register and -region are needed")
    if not (options.get("activation-code") and options.get("activation-id")):
        raise SetupError("activation-code and activation-id are needed together")
    _is_newest(machine, called, options)
    if installed(machine, ssm_tools.AGENT) is None:
        raise SetupError("the agent is not installed (rehearsal)")
    config = machine.root / CONFIG
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps(IDENTITY))
    if registration.load(machine) and "override" not in options:
        print("Instance is already registered, skipping registration")
    else:
        _register(machine, options)
    services.enable(machine, ssm_tools.AGENT)
    services.start(machine, ssm_tools.AGENT)
    if not services.is_active(machine, ssm_tools.AGENT):
        raise SetupError("invalid agent process count: 0")


def _register(machine: Machine, options: dict[str, str]) -> None:
    services.stop(machine, ssm_tools.AGENT)
    words = ["-register", "-y", "-region", options["region"]]
    words += ["-code", options["activation-code"], "-id", options["activation-id"]]
    if ssm_tools.main(machine, ssm_tools.AGENT, words):
        raise SetupError("registration failed")


def _is_newest(machine: Machine, called: Path, options: dict[str, str]) -> None:
    from hashlib import sha256  # noqa: PLC0415 - OpenSSL's library starts slowly

    region = options["region"]
    url = options.get("manifest-url") or MANIFEST.format(region=region, file=FILE)
    manifest = json.loads(_download(machine, url))
    folder = "debian" if machine.is_debian else "linux"
    wanted = f"{folder}_{machine.package_arch}/{called.name}"
    sums = [
        version["Checksum"]
        for package in manifest["Packages"]
        for file in package["Files"]
        for version in file["AvailableVersions"]
        if file["Name"] == wanted
    ]
    if sums != [sha256(called.read_bytes()).hexdigest()]:
        raise SetupError("checksum mismatch with latest ssm-setup-cli. Please retry")


def _download(machine: Machine, url: str) -> bytes:
    host, _, path = url.removeprefix("https://").partition("/")
    answer = send(machine, Request("GET", host, f"/{path}"))
    if answer.status != FOUND:
        raise SetupError(f"failed to download {url}: HTTP {answer.status}")
    return answer.body
