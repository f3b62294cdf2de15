"""
Troubles with how servers see the network, and with clocks.
"""

from __future__ import annotations

import json

from functools import partial
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.machine import DESCRIPTION
from closednet_rehearsal.settings import REGION
from closednet_rehearsal.trouble import vpc
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.trouble.trouble import Scene, Undo

ONE: Final = "web01"
AGENT: Final = "ssm-agent"
SKEW_S: Final = 3600
DEAD: Final = "127.0.0.1:9"
HOSTS_LINE: Final = f"10.20.77.7 ssm.{REGION}.amazonaws.com\n"
PROXY_LINE: Final = "https_proxy=http://proxy.site.example:3128\n"
DATE: Final = f'#!/bin/sh\nexec /usr/bin/date -d "{SKEW_S} seconds" "$@"\n'


def _append(scene: Scene, path: str, line: str) -> Undo | None:
    folder = scene.host(ONE)
    if not folder.is_dir():
        return None
    file = folder / "root" / path
    before = file.read_text() if file.exists() else ""
    file.write_text(before + line)
    return lambda: file.write_text(before)


def _other_dns(scene: Scene) -> Undo | None:
    folder = scene.host(ONE)
    return _describe(folder, dns=DEAD) if folder.is_dir() else None


def _describe(folder: Path, **changed: object) -> Undo:
    file = folder / DESCRIPTION
    before = file.read_text()
    file.write_text(json.dumps(json.loads(before) | changed, indent=1) + "\n")
    return lambda: file.write_text(before)


def _skew_server(scene: Scene) -> Undo | None:
    folder = scene.host(ONE)
    if not folder.is_dir():
        return None
    tool = folder / "bin" / "date"
    tool.write_text(DATE)
    tool.chmod(0o755)
    describe = _describe(folder, clock_offset=SKEW_S)

    def undo() -> None:
        tool.unlink()
        describe()

    return undo


def _skew_operator(scene: Scene) -> Undo:
    return vpc.put(scene.world.site, "operator_skew", SKEW_S)


TROUBLES: Final[tuple[Trouble, ...]] = (
    Trouble(
        "server-hosts-file",
        "A server's hosts file has an old address for ssm.",
        AGENT,
        "server-resolves-otherwise",
        partial(_append, path="etc/hosts", line=HOSTS_LINE),
    ),
    Trouble(
        "server-asks-other-dns",
        "A server asks another DNS server than the site's.",
        AGENT,
        "server-resolves-otherwise",
        _other_dns,
    ),
    Trouble(
        "server-behind-proxy",
        "A server is told to send HTTPS to a proxy, which refuses private names.",
        AGENT,
        "proxy-in-the-way",
        partial(_append, path="etc/environment", line=PROXY_LINE),
    ),
    Trouble(
        "server-clock-wrong",
        "The clock of a server is an hour fast.",
        AGENT,
        "server-clock-wrong",
        _skew_server,
    ),
    Trouble(
        "operator-clock-wrong",
        "The clock of the operator's machine is an hour slow.",
        "preflight",
        "operator-clock-wrong",
        _skew_operator,
    ),
)
