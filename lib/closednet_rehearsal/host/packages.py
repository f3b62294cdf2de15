"""
Packages of a simulated server: reading, installing and removing them.
"""

from __future__ import annotations

import json
import os

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet_rehearsal.host import services


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.machine import Machine

CLOUDWATCH: Final = "opt/aws/amazon-cloudwatch-agent"
INSTALLED: Final = "install ok installed"
LEFT_OVERS: Final = "deinstall ok config-files"
COMMON_CONFIG: Final = """\
# What the CloudWatch agent uses for all its calls (rehearsal).
# [credentials]
#    shared_credential_profile = "{profile_name}"
#    shared_credential_file = "{file_name}"
# [proxy]
#    http_proxy = "{http_url}"
"""
UNIT: Final = """\
[Unit]
Description={description}
After=network-online.target

[Service]
Type=simple
ExecStart={program}
KillMode=process
Restart={restart}

[Install]
WantedBy=multi-user.target
"""


class Package(NamedTuple):
    """
    A package, as its file or the server's database describes it.
    """

    name: str
    version: str
    architecture: str
    format: str
    status: str = INSTALLED


class NotAPackage(Exception):  # noqa: N818 - what it is, not that it is an error
    """
    A file is none of the rehearsal's packages.
    """


def read(path: Path) -> Package:
    """
    Return what a package file holds.

    Raises:
        NotAPackage: It is something else, or another system's package.
        FileNotFoundError: There is no such file.
    """
    try:
        described: dict[str, Any] = json.loads(path.read_bytes())
        if described["rehearsal_package"] is not True:
            raise NotAPackage(path.name)
        return Package(
            *(str(described[k]) for k in ("name", "version", "architecture", "format"))
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAPackage(path.name) from error


def installed(machine: Machine, name: str) -> Package | None:
    """
    Return a package that is installed, or whose configuration is left.
    """
    try:
        return Package(**json.loads(_record(machine, name).read_text()))
    except FileNotFoundError:
        return None


def everything(machine: Machine) -> list[Package]:
    """
    Return every package of the database.
    """
    names = sorted(path.stem for path in _record(machine, "any").parent.glob("*.json"))
    return [found for name in names if (found := installed(machine, name))]


def install(machine: Machine, package: Package) -> None:
    """
    Put a package's files in place and run what it does afterwards.
    """
    unit = package.name
    was_running = services.pid(machine, unit) > 0
    services.stop(machine, unit)
    _place(machine, package)
    _remember(machine, package)
    if package.name == "amazon-ssm-agent":
        services.enable(machine, unit)
        services.start(machine, unit)
    elif was_running:
        services.start(machine, unit)


def remove(machine: Machine, package: Package, *, purge: bool) -> None:
    """
    Stop a package's service and take its files away.
    """
    services.stop(machine, package.name)
    services.disable(machine, package.name)
    programs, settings = _contents(machine, package)
    for path in (*programs, *(settings if purge else ())):
        path.unlink(missing_ok=True)
    if purge:
        _forget(machine, package.name)
    else:
        _remember(machine, package._replace(status=LEFT_OVERS))


def status_text(package: Package) -> str:
    """
    Return the paragraph that dpkg keeps about a package.
    """
    return (
        f"Package: {package.name}\nStatus: {package.status}\nPriority: extra\n"
        "Section: admin\nMaintainer: rehearsal\n"
        f"Architecture: {package.architecture}\nVersion: {package.version}-1\n"
        f"Description: {package.name} (rehearsal)\n"
    )


def _record(machine: Machine, name: str) -> Path:
    kind = "dpkg" if machine.is_debian else "rpm"
    return machine.root / "var/lib" / kind / f"{name}.json"


def _remember(machine: Machine, package: Package) -> None:
    record = _record(machine, package.name)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(package._asdict()))
    if machine.is_debian:
        _status_file(machine, package.name).write_text(status_text(package))


def _forget(machine: Machine, name: str) -> None:
    _record(machine, name).unlink(missing_ok=True)
    _status_file(machine, name).unlink(missing_ok=True)


def _status_file(machine: Machine, name: str) -> Path:
    return machine.root / "var/lib/dpkg/info" / f"{name}.status"


def _contents(
    machine: Machine, package: Package
) -> tuple[dict[Path, str], dict[Path, str]]:
    """
    Return programs and settings by path; `-> x` is a link to stand-in `x`.
    """
    root, tools = machine.root, machine.folder / "bin"
    unit = services.unit_file(machine, package.name)
    if package.name == "amazon-ssm-agent":
        etc = root / "etc/amazon/ssm"
        links = {
            folder / name: f"-> {name}"
            for folder in (root / "usr/bin", tools)
            for name in (package.name, "ssm-cli")
        }
        return {
            **links,
            etc / "VERSION": f"{package.version}\n",
            etc / "amazon-ssm-agent.json.template": "{}\n",
            unit: _unit(package.name, "/usr/bin/amazon-ssm-agent", "always"),
        }, {etc / "seelog.xml.template": "<seelog/>\n"}
    home = root / CLOUDWATCH
    ctl = "amazon-cloudwatch-agent-ctl"
    start = f"/{CLOUDWATCH}/bin/start-amazon-cloudwatch-agent"
    return {
        home / "bin" / ctl: f"-> {ctl}",
        tools / ctl: f"-> {ctl}",
        home / "bin/CWAGENT_VERSION": f"{package.version}\n",
        unit: _unit(package.name, start, "on-failure"),
    }, {home / "etc/common-config.toml": COMMON_CONFIG}


def _unit(name: str, program: str, restart: str) -> str:
    description = services.DESCRIPTIONS[name]
    return UNIT.format(description=description, program=program, restart=restart)


def _place(machine: Machine, package: Package) -> None:
    programs, settings = _contents(machine, package)
    if package.name == "amazon-cloudwatch-agent":
        for name in ("logs", "var", "etc/amazon-cloudwatch-agent.d"):
            (machine.root / CLOUDWATCH / name).mkdir(parents=True, exist_ok=True)
    stand_ins = machine.folder.parents[1] / "stand-ins"
    for path, text in {**programs, **settings}.items():
        if path in settings and path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if text.startswith("-> "):
            path.symlink_to(os.path.relpath(stand_ins / text[3:], path.parent))
        else:
            path.write_text(text)
