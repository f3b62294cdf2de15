"""
Servers made of a folder: real shell, stand-ins for what would touch this machine.
"""

from __future__ import annotations

import os
import subprocess

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.hosts.connector import Fleet
from closednet.params.connection import Connection
from closednet.params.site import Host


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.recorder import Recorder


SSH: Final = """#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
world="{folder}/${{1#*@}}"
shift
if [ -f "$world/refuses" ]; then cat "$world/refuses" >&2; exit 255; fi
echo "$*" >>"$world/asked"
exec env -i PATH="$world/bin:/usr/bin:/bin" HOME="$world/root/root" \\
    CLOSEDNET_ROOT="$world/root" WORLD="$world" LANG=C.UTF-8 /bin/sh -c "$*"
"""
STAND_INS: Final = {
    "sudo": '[ "$1" = -n ] && shift; [ "$1" = -- ] && shift; exec "$@"',
    "hostname": 'basename "$WORLD"',
    "uname": "echo x86_64",
    "dpkg": """
case "$1" in
    -s) [ -f "$WORLD/package" ] || exit 1
        printf 'Status: install ok installed\\nVersion: %s-1\\n' "$(cat "$WORLD/package")" ;;
    -i) cp "$2" "$WORLD/package"; echo active >"$WORLD/service"
        echo "dpkg -i" >>"$WORLD/done" ;;
    --purge) rm -f "$WORLD/package"; echo "dpkg --purge" >>"$WORLD/done" ;;
esac""",
    "rpm": """
case "$1" in
    -q) [ -f "$WORLD/package" ] || { echo "package is not installed"; exit 1; }
        cat "$WORLD/package" ;;
    -U) cp "$2" "$WORLD/package"; echo active >"$WORLD/service"
        echo "rpm -U" >>"$WORLD/done" ;;
    -e) rm -f "$WORLD/package" ;;
esac""",
    "systemctl": """
case "$1" in
    is-active) [ "$(cat "$WORLD/service" 2>/dev/null)" = active ]; exit ;;
    start) echo active >"$WORLD/service" ;;
    stop) echo inactive >"$WORLD/service" ;;
esac
echo "systemctl $1" >>"$WORLD/done" """,
    "amazon-ssm-agent": """
case "$*" in
    *-clear*) rm -f "$WORLD/node"; echo cleared >>"$WORLD/done" ;;
    *-register*) [ ! -f "$WORLD/refuse-registration" ] || exit 1
        echo mi-0123456789abcdef0 >"$WORLD/node"; echo registered >>"$WORLD/done" ;;
esac""",
    "ssm-cli": """
[ -f "$WORLD/node" ] || exit 1
printf '{"instance-id":"%s","region":"eu-west-1","release-version":"1"}' \\
    "$(cat "$WORLD/node")" """,
    "curl": """
while [ $# -gt 1 ]; do [ "$1" = -o ] && file=$2; shift; done
case "$1" in
    *169.254*) exit 7 ;;
    *amazon-ssm-agent.*) cp "$WORLD/../bucket/$(basename "$1")" "$file" ;;
    *silent*) exit 28 ;;
esac""",
    "getent": """
case "$2" in
    *nowhere*) exit 2 ;;
    *public*) echo "203.0.113.9 STREAM $2" ;;
    *) printf '10.20.1.4 STREAM %s\\n10.20.1.4 DGRAM\\n10.20.2.4 STREAM\\n' "$2" ;;
esac""",
    "logger": 'echo "$*" >>"$WORLD/logged"',
}
CONTROL: Final = """
action=""; source=""
while [ $# -gt 0 ]; do
    case "$1" in -a) action=$2; shift ;; -c) source=$2; shift ;; esac
    shift
done
echo "$action $source" >>"$WORLD/ctl"
case "$action" in
    fetch-config) [ ! -f "$WORLD/refuse-config" ] || exit 1; touch "$WORLD/configured" ;;
    remove-config) rm -f "$WORLD/configured" ;;
    status) if [ -f "$WORLD/configured" ]; then s=running c=configured
        else s=stopped c="not configured"; fi
        printf '{\\n  "status": "%s",\\n  "starttime": "",\\n' $s
        printf '  "configstatus": "%s",\\n  "version": "1.300062.0"\\n}\\n' "$c" ;;
esac"""
RELEASES: Final = {
    "ubuntu": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n',
    "rhel": 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n',
}


@dataclass(frozen=True)
class World:
    """
    One server.
    """

    folder: Path

    @property
    def root(self) -> Path:
        """
        The top of its file tree.
        """
        return self.folder / "root"

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        """
        Put a file into it.
        """
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def read(self, path: str) -> str:
        """
        Return a file of it, or "".
        """
        file = self.root / path
        return file.read_text() if file.exists() else ""

    def noted(self, name: str) -> list[str]:
        """
        Return what a stand-in noted.
        """
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    def tool(self, name: str, text: str) -> None:
        """
        Put another stand-in in the place of a tool.
        """
        (self.folder / "bin" / name).write_text(text)

    def set(self, name: str, text: str = "") -> None:
        """
        Set a state that stand-ins look at.
        """
        (self.folder / name).write_text(text)

    def snapshot(self) -> dict[str, str]:
        """
        Return every file of its tree.
        """
        return {
            str(file.relative_to(self.root)): file.read_text()
            for file in sorted(self.root.rglob("*"))
            if file.is_file()
        }

    def add_cloudwatch_agent(self) -> None:
        """
        Install the CloudWatch agent's stand-in.
        """
        control = "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
        self.write(control, f"#!/bin/sh\n{CONTROL}\n", 0o755)


@dataclass(frozen=True)
class Site:
    """
    Several servers and the fake client that reaches them.
    """

    folder: Path

    def host(self, name: str, os_name: str = "ubuntu", user: str = "root") -> Host:
        """
        Return an inventory entry with a world behind it.
        """
        world = self.world(name)
        for tool, text in STAND_INS.items():
            file = world.folder / "bin" / tool
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"#!/bin/sh\n{text}\n")
            file.chmod(0o755)
        world.write("etc/os-release", RELEASES[os_name])
        world.write("etc/machine-id", f"{name}-machine\n")
        return Host.model_validate(
            {"name": name, "address": address(name), "os": os_name, "user": user}
        )

    def world(self, name: str) -> World:
        """
        Return the world of a server.
        """
        return World(self.folder / address(name))

    def fleet(
        self,
        *hosts: Host,
        recorder: Recorder,
        sudo: tuple[str, ...] = (),
        **options: int,
    ) -> Fleet:
        """
        Return a fleet that reaches the worlds.
        """
        client = self.folder / "ssh"
        client.write_text(SSH.format(folder=self.folder))
        client.chmod(0o755)
        ssh = (str(client), "-o", "BatchMode=yes")
        connection = Connection(ssh_command=ssh, sudo_password_command=sudo)
        return Fleet(hosts, connection, recorder, **options)


def address(name: str) -> str:
    """
    Return the address of a server by the number in its name.
    """
    return f"192.0.2.{int(name.strip('abcdefghijklmnopqrstuvwxyz'))}"


def gpg(home: Path, *arguments: str, text: str = "") -> str:
    """
    Run the real gpg in a home of its own.
    """
    home.mkdir(mode=0o700, exist_ok=True)
    return subprocess.run(
        ["gpg", "--batch", "--yes", "--quiet", *arguments],
        env={"PATH": os.environ["PATH"], "GNUPGHOME": str(home)},
        input=text,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def end_agent(home: Path) -> None:
    """
    End the key agent that gpg started for a home.
    """
    subprocess.run(
        ["gpgconf", "--kill", "gpg-agent"],
        env={"PATH": os.environ["PATH"], "GNUPGHOME": str(home)},
        check=True,
    )
