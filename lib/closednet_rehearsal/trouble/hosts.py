"""
Troubles with the servers.
"""

from __future__ import annotations

import base64
import json

from functools import partial
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.registration import KEY
from closednet_rehearsal.settings import REGION
from closednet_rehearsal.trouble import machines
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.trouble.trouble import Scene, Undo

    Strike = Callable[[Scene], Undo | None]

STEP: Final = "preflight"
# One of Debian's kind and one of Red Hat's, and a second of the first kind.
ONE: Final = "web02"
OTHER: Final = "web01"
RED_HAT: Final = "db01"
ADDRESS: Final = "192.168.10.12"
AN_HOUR_BEHIND: Final = -3600
CHANGED: Final = f"""\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Offending ED25519 key in known_hosts:7
Host key for {ADDRESS} has changed and you have requested strict checking.
Host key verification failed."""
UNKNOWN: Final = f"""\
No ED25519 host key is known for {ADDRESS} and you have requested strict checking.
Host key verification failed."""
NO_ROOM: Final = (
    'for word; do place=$word; done; echo "${0##*/}: cannot create'
    " '$place': No space left on device\" >&2; exit 1"
)
FULL: Final = (
    "echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'\n"
    "echo '/dev/vda1 20509264 20509264 0 100% /'"
)
FIXED: Final = (
    'for word; do place=$word; done; case "$place" in */var/lib/*)'
    " echo \"mkdir: cannot create directory '$place': Read-only file system\" >&2;"
    ' exit 1 ;; esac; exec /bin/mkdir "$@"'
)
NO_SYSTEMD: Final = (
    "echo 'System has not been booted with systemd as init system (PID 1)."
    " Can'\\''t operate.' >&2; exit 1"
)
CURL: Final = 'exec "$CLOSEDNET_HOST_DIR/bin/curl" "$@"'
UNTRUSTED: Final = (
    'case "$*" in *https://*) echo "curl: (77) error setting certificate file:'
    ' /etc/ssl/certs/ca-certificates.crt" >&2; exit 77 ;; esac; ' + CURL
)
METADATA: Final = 'case "$*" in *169.254.169.254*) exit 0 ;; esac; ' + CURL


def _door(words: str, code: int = 255) -> Strike:
    return lambda scene: machines.door(scene.host(ONE), words, code)


def _down(scene: Scene) -> Undo:
    scene.fleet.power(ONE, False)
    return partial(scene.fleet.power, ONE, True)


def _hanging(scene: Scene) -> Undo:
    return machines.file(scene.host(ONE) / machines.DOOR, "exec sleep 3600\n")


def _other_arch(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    arch = machines.file(folder / "facts/arch", "aarch64\n")
    return machines.together([arch, machines.described(folder, arch="arm64")])


def _other_system(scene: Scene) -> Undo:
    text = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'
    return machines.file(scene.host(RED_HAT) / "root/etc/os-release", text)


def _old_kernel(scene: Scene) -> Undo:
    return machines.file(
        scene.host(RED_HAT) / "facts/kernel", "2.6.32-754.el6.x86_64\n"
    )


def _no_systemd(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    return machines.together(
        [
            machines.without(folder / "root/run/systemd/system"),
            machines.tool(folder, "systemctl", NO_SYSTEMD),
        ]
    )


def _no_trust(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    bundle = folder / "root/etc/ssl/certs/ca-certificates.crt"
    return machines.together(
        [machines.file(bundle, None), machines.tool(folder, "curl", UNTRUSTED)]
    )


def _full(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    tools = {"df": FULL, "mktemp": NO_ROOM, "dpkg": NO_ROOM}
    return machines.together(machines.tool(folder, *each) for each in tools.items())


def _fixed(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    return machines.together(
        [
            machines.mounted(folder, "/var/lib", "ro"),
            machines.tool(folder, "mkdir", FIXED),
        ]
    )


def _noexec(scene: Scene) -> Undo:
    return machines.mounted(scene.host(ONE), "/var/lib", "rw,noexec")


def _clock(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    date = f'exec /bin/date -d "@$(($(/bin/date +%s) + {AN_HOUR_BEHIND}))" "$@"'
    return machines.together(
        [
            machines.described(folder, clock_offset=str(AN_HOUR_BEHIND)),
            machines.tool(folder, "date", date),
        ]
    )


def _proxied(scene: Scene) -> Undo:
    folder = scene.host(ONE)
    setting = "https_proxy=http://proxy.corp.example:3128\nno_proxy=localhost\n"
    return machines.file(folder / "root/etc/environment", setting)


def _metadata(scene: Scene) -> Undo:
    return machines.tool(scene.host(ONE), "curl", METADATA)


def _snap(scene: Scene) -> Undo:
    return machines.made(scene.host(ONE) / "root/snap/amazon-ssm-agent")


def _cloned(scene: Scene) -> Undo:
    machine_id = (scene.host(OTHER) / "root/etc/machine-id").read_text()
    return machines.file(scene.host(ONE) / "root/etc/machine-id", machine_id)


def _registered(region: str) -> Strike:
    told = {
        "instanceID": "mi-0fffffffffffffff0",
        "region": region,
        "privateKey": base64.b64encode(b"somebody else's").decode(),
    }
    return lambda scene: machines.file(scene.host(ONE) / "root" / KEY, json.dumps(told))


def _of(name: str, what: str, cause: str, strike: Strike) -> Trouble:
    return Trouble(name, what, STEP, cause, strike)


TROUBLES: Final = (
    _of("host-down", "A server is switched off.", "host-silent", _down),
    _of(
        "sshd-stopped",
        "Nothing listens on a server's SSH port.",
        "ssh-refused",
        _door(f"ssh: connect to host {ADDRESS} port 22: Connection refused"),
    ),
    _of(
        "host-key-changed",
        "A server was rebuilt and shows a new host key.",
        "host-key-changed",
        _door(CHANGED),
    ),
    _of(
        "host-key-unknown",
        "Nobody ever connected to a server from this machine.",
        "host-key-unknown",
        _door(UNKNOWN),
    ),
    _of(
        "ssh-key-refused",
        "A server does not know the operator's key.",
        "ssh-key-refused",
        _door(f"root@{ADDRESS}: Permission denied (publickey)."),
    ),
    _of(
        "ssh-hangs",
        "A server takes connections and never answers.",
        "ssh-hangs",
        _hanging,
    ),
    _of(
        "sudo-asks",
        "sudo asks the operator's user for a password.",
        "sudo-password",
        _door("sudo: a password is required", 1),
    ),
    _of(
        "other-architecture",
        "A server has another processor than the parameters say.",
        "other-architecture",
        _other_arch,
    ),
    _of(
        "other-system",
        "A server runs another system than the parameters say.",
        "other-system",
        _other_system,
    ),
    _of(
        "old-kernel",
        "A server still runs a kernel 2.6.",
        "kernel-too-old",
        _old_kernel,
    ),
    _of(
        "no-systemd",
        "A server is a container without systemd.",
        "systemd-not-running",
        _no_systemd,
    ),
    _of(
        "no-ca-certificates",
        "A server lacks the package ca-certificates.",
        "trust-store-missing",
        _no_trust,
    ),
    _of("disk-full", "A server's disk is full.", "disk-full", _full),
    _of(
        "var-lib-read-only",
        "A server's /var/lib is mounted read-only.",
        "file-system-read-only",
        _fixed,
    ),
    _of(
        "var-lib-noexec",
        "A server's /var/lib is mounted noexec.",
        "file-system-noexec",
        _noexec,
    ),
    _of(
        "clock-behind",
        "A server's clock is an hour behind.",
        "server-clock-wrong",
        _clock,
    ),
    _of(
        "proxy-for-all",
        "A server sends every HTTPS request to the company's proxy.",
        "proxy-in-the-way",
        _proxied,
    ),
    _of(
        "metadata-answers",
        "The firewall answers for 169.254.169.254.",
        "instance-metadata-answers",
        _metadata,
    ),
    _of(
        "snap-agent",
        "Ubuntu's snap of the SSM Agent is installed on a server.",
        "snap-agent-present",
        _snap,
    ),
    _of(
        "cloned-machine",
        "A server was cloned from another one, with its machine id.",
        "machine-id-shared",
        _cloned,
    ),
    _of(
        "registered-elsewhere",
        "A server is registered with another account.",
        "registered-elsewhere",
        _registered(REGION),
    ),
    _of(
        "registered-in-other-region",
        "A server is registered in another Region.",
        "registered-in-other-region",
        _registered("eu-central-1"),
    ),
)
