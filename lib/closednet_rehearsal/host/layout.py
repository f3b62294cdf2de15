"""
What a simulated server looks like before anybody has done anything to it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys

from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from closednet_rehearsal.host.machine import DEBIAN, DESCRIPTION, MACHINES
from closednet_rehearsal.settings import (
    MANAGEMENT_ACCOUNT,
    ON_PREMISES_DNS_SERVER,
    REGION,
    SEED,
)


STAND_INS: Final = "stand-ins"
PYTHON_TOOLS: Final = ("wget", "getent", "gpg")
SHELL_TOOLS: Final = (
    *(
        "curl",
        "hostname",
        "id",
        "logger",
        "pgrep",
        "ps",
        "service",
        "sudo",
        "systemctl",
    ),
    "uname",
)
DEBIAN_TOOLS: Final = {
    "dpkg": "dpkg",
    "dpkg-query": "tool",
    "apt": "apt",
    "apt-get": "apt",
    "snap": "snap",
}
RPM_TOOLS: Final = {"rpm": "rpm", "dnf": "dnf", "yum": "dnf"}
KERNEL: Final = "5.15.0-rehearsal"
TRUST: Final = {
    True: "etc/ssl/certs/ca-certificates.crt",
    False: "etc/pki/tls/certs/ca-bundle.crt",
}
FOLDERS: Final = (
    *("root/etc", "root/root", "root/usr/bin", "root/opt", "root/tmp"),
    *("root/var/lib/dpkg/info", "root/var/log", "root/var/tmp"),
    *("root/etc/ssl/certs", "root/etc/pki/tls/certs", "root/proc"),
    *("bin", "facts", "run", "root/lib/systemd/system", "root/run/systemd/system"),
)


class System(NamedTuple):
    """
    How an operating system names itself in its os-release file.
    """

    id: str
    name: str
    like: str


SYSTEMS: Final = {
    "ubuntu": System("ubuntu", "Ubuntu", "debian"),
    "debian": System("debian", "Debian GNU/Linux", ""),
    "rhel": System("rhel", "Red Hat Enterprise Linux", "fedora"),
    "rocky": System("rocky", "Rocky Linux", "rhel centos fedora"),
    "almalinux": System("almalinux", "AlmaLinux", "rhel centos fedora"),
    "centos": System("centos", "CentOS Stream", "rhel fedora"),
    "oracle": System("ol", "Oracle Linux Server", "fedora"),
    "amazon-linux-2": System("amzn", "Amazon Linux", "centos rhel fedora"),
    "amazon-linux-2023": System("amzn", "Amazon Linux", "fedora"),
    "sles": System("sles", "SLES", "suse"),
}


class HostSpec(NamedTuple):
    """
    A server to simulate.
    """

    name: str
    address: str
    os: str = "ubuntu"
    os_version: str = "22.04"
    arch: str = "x86_64"


def install_stand_ins(work_dir: Path) -> None:
    """
    Put the tools that all servers share, and the SSH client, into `work_dir`.
    """
    words = {
        "@PYTHON@": sys.executable,
        "@TOOLS@": os.fspath(Path(__file__).with_name("tools.py")),
        "@WORK@": os.fspath(work_dir),
    }
    folder = work_dir / STAND_INS
    folder.mkdir(parents=True, exist_ok=True)
    for source in (files("closednet_rehearsal.host") / "standins").iterdir():
        name = source.name.removesuffix(".sh")
        text = source.read_text("utf-8")
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        target = work_dir / name if name == "ssh" else folder / name
        target.write_text(text)
        target.chmod(0o755)


def make_host(
    work_dir: Path, spec: HostSpec, connection: dict[str, str | float]
) -> None:
    """
    Make one server's directory; `connection` is the rest of its description.
    """
    folder = work_dir / "hosts" / spec.name
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    described = {
        **spec._asdict(),
        "region": REGION,
        "account": MANAGEMENT_ACCOUNT,
        "seed": SEED,
        **connection,
    }
    (folder / DESCRIPTION).write_text(json.dumps(described, indent=1) + "\n")
    (folder / "facts/arch").write_text(f"{MACHINES.get(spec.arch, 'x86_64')}\n")
    (folder / "facts/address").write_text(f"{spec.address}\n")
    (folder / "facts/kernel").write_text(f"{KERNEL}\n")
    for path, text in _system_files(spec).items():
        (folder / "root" / path).write_text(text)
    (folder / "root/root").chmod(0o700)
    _link_tools(folder / "bin", is_debian=spec.os in DEBIAN)
    (work_dir / "addresses" / spec.address).write_text(f"{spec.name}\n")


def _system_files(spec: HostSpec) -> dict[str, str]:
    system = SYSTEMS[spec.os]
    log = "syslog" if spec.os in DEBIAN else "messages"
    trusted = TRUST[spec.os in DEBIAN]
    like = f"ID_LIKE={json.dumps(system.like)}\n" if system.like else ""
    return {
        "etc/os-release": f'NAME="{system.name}"\nID={system.id}\n{like}'
        f'VERSION_ID="{spec.os_version}"\n'
        f'PRETTY_NAME="{system.name} {spec.os_version} (rehearsal)"\n',
        "etc/machine-id": sha256(f"{SEED}|{spec.name}".encode()).hexdigest()[:32]
        + "\n",
        "etc/hostname": f"{spec.name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {spec.name}\n",
        "etc/resolv.conf": f"nameserver {ON_PREMISES_DNS_SERVER}\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "proc/mounts": "/dev/vda1 / ext4 rw,relatime 0 0\n",
        trusted: "# certificate authorities (rehearsal)\n",
        f"var/log/{log}": f"Jan  1 00:00:00 {spec.name} kernel: rehearsal boots\n",
    }


def _link_tools(folder: Path, *, is_debian: bool) -> None:
    ours, others = DEBIAN_TOOLS, RPM_TOOLS
    if not is_debian:
        ours, others = others, ours
    tools = dict.fromkeys(PYTHON_TOOLS, "tool") | {name: name for name in SHELL_TOOLS}
    for name in others:
        if shutil.which(name, path="/usr/bin:/bin"):
            tools[name] = "absent"
    for name, script in (tools | ours).items():
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(f"../../../{STAND_INS}/{script}")
