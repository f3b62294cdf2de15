"""
The plug-ins that install: `aws:configurePackage` and `aws:updateSsmAgent`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from closednet_rehearsal.host import aws, packages
from closednet_rehearsal.host.wire import Request, Unreachable, send


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine
    from closednet_rehearsal.host.session import Session

Outcome: TypeAlias = tuple[str, int, str, str]

CLOUDWATCH: Final = "AmazonCloudWatchAgent"
PACKAGE: Final = "amazon-cloudwatch-agent"
ONE_AT_A_TIME: Final = threading.Lock()
DOWNLOAD: Final = "failed to download installation package reliably"


def configure(session: Session, inputs: dict[str, Any]) -> Outcome:
    """
    Install or uninstall the CloudWatch agent.
    """
    name, action = inputs.get("name"), inputs.get("action")
    if name != CLOUDWATCH:
        text = f"failed to download manifest: package {name} is not in the rehearsal"
        return ("Failed", 1, "", text)
    with ONE_AT_A_TIME:
        if action == "Uninstall":
            return _uninstall(session.machine)
        return _install(session, str(inputs.get("version") or ""))


def _install(session: Session, wanted: str) -> Outcome:
    machine = session.machine
    kind = "deb" if machine.is_debian else "rpm"
    with tempfile.TemporaryDirectory(dir=machine.root / "var/tmp") as folder:
        file = Path(folder) / f"{PACKAGE}.{kind}"
        try:
            file.write_bytes(_download(session, kind))
            offered = packages.read(file)
        except (aws.ServiceError, Unreachable, packages.NotAPackage) as error:
            return ("Failed", 1, "", f"{DOWNLOAD}: {error}")
        if wanted and wanted != offered.version:
            text = f"failed to find version {wanted} of {CLOUDWATCH}"
            return ("Failed", 1, "", text)
        title = f"{CLOUDWATCH} {offered.version}"
        if packages.installed(machine, PACKAGE) == offered:
            return ("Success", 0, f"{title} is already installed\n", "")
        code, out = _run(machine, _installer(machine), str(file))
    text = f"Initiating {title} install\n{out}"
    if code:
        return ("Failed", code, text, f"failed to install {title}")
    return ("Success", 0, f"{text}Successfully installed {title}\n", "")


def _download(session: Session, kind: str) -> bytes:
    region, machine = session.identity.region, session.machine
    system = "ubuntu" if kind == "deb" else "redhat"
    key = f"{system}/{machine.package_arch}/latest/{PACKAGE}.{kind}"
    try:
        return session.client.get_object(f"{region}-birdwatcher-prod", key)
    except aws.ServiceError:
        return session.client.get_object(f"amazoncloudwatch-agent-{region}", key)


def _uninstall(machine: Machine) -> Outcome:
    package = packages.installed(machine, PACKAGE)
    if package is None or package.status != packages.INSTALLED:
        return ("Success", 0, f"{CLOUDWATCH} is not installed\n", "")
    tool = ("dpkg", "-r") if machine.is_debian else ("rpm", "-e")
    code, out = _run(machine, tool, PACKAGE)
    title = f"{CLOUDWATCH} {package.version}"
    if code:
        return ("Failed", code, out, f"failed to uninstall {title}")
    text = f"Initiating {title} uninstall\n{out}Successfully uninstalled {title}\n"
    return ("Success", 0, text, "")


def update_agent(session: Session, inputs: dict[str, Any]) -> Outcome:
    """
    Compare the agent with the newest version that the manifest offers.
    """
    region = session.identity.region
    source = str(inputs.get("source", "")).replace("{Region}", region)
    host, _, path = source.removeprefix("https://").partition("/")
    try:
        answer = aws.checked(send(session.machine, Request("GET", host, f"/{path}")))
    except (aws.ServiceError, Unreachable) as error:
        return ("Failed", 1, "", f"failed to download manifest: {error}")
    newest = _newest(json.loads(answer.body))
    have = session.version
    wanted = str(inputs.get("targetVersion") or newest)
    text = f"Updating amazon-ssm-agent from {have} to {wanted}\n"
    if wanted == have or (not inputs.get("targetVersion") and _old(newest, have)):
        done = f"amazon-ssm-agent {have} has already been installed, update skipped\n"
        return ("Success", 0, text + done, "")
    refusal = f"amazon-ssm-agent {wanted} is not offered by this rehearsal"
    return ("Failed", 1, text, refusal)


def _newest(manifest: dict[str, Any]) -> str:
    versions = [
        str(offered["Version"])
        for package in manifest.get("Packages", [])
        for file in package.get("Files", [])
        for offered in file.get("AvailableVersions", [])
    ]
    return max(versions, key=_numbers, default="")


def _old(offered: str, have: str) -> bool:
    return _numbers(offered) <= _numbers(have)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _installer(machine: Machine) -> tuple[str, ...]:
    return ("dpkg", "-i") if machine.is_debian else ("rpm", "-U")


def _run(machine: Machine, tool: tuple[str, ...], *words: str) -> tuple[int, str]:
    program = machine.folder / "bin" / tool[0]
    done = subprocess.run(  # noqa: S603 - our own stand-in
        [program, *tool[1:], *words],
        env=machine.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")
