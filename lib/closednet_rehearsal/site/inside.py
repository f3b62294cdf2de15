"""
`closednet-rehearsal inside -- COMMAND`: run a program as if it stood on the site.
"""

from __future__ import annotations

import argparse
import os
import sys

from pathlib import Path
from subprocess import call
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import REGION
from closednet_rehearsal.site.namespace import enter
from closednet_rehearsal.work_dir import read_ready


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from closednet_rehearsal.work_dir import Tls


TRUST: Final = (
    "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
)
ELSEWHERE: Final = ("AWS_ENDPOINT_URL", "AWS_CONTAINER_CREDENTIALS")
PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})
NOT_POSSIBLE: Final = 2


def main(arguments: Sequence[str]) -> int:
    """
    Run the command inside and return its exit code, or 2 if that cannot be.
    """
    options = _parser().parse_args(arguments)
    ready = read_ready(options.work_dir)
    if ready is None:
        return _say("no rehearsal is running")
    if ready.tls is None:
        return _say("the rehearsal was started without --tls")
    tls = ready.tls
    if tls.namespace_pid is None:
        return _say(tls.reason)
    command = enter(tls.namespace_pid, options.command, user=tls.user_namespace)
    return call(command, env=environment(tls, os.environ))  # noqa: S603 - as asked


def environment(tls: Tls, given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment in which clients trust the rehearsal's authority and go
    nowhere but where DNS sends them.
    """
    kept = {
        name: value
        for name, value in given.items()
        if not name.startswith(ELSEWHERE) and name.lower() not in PROXIES
    }
    region = {"AWS_DEFAULT_REGION": REGION} | kept
    return region | dict.fromkeys(TRUST, tls.ca_file)


def _say(reason: str) -> int:
    sys.stderr.write(f"closednet-rehearsal: {reason}\n")
    return NOT_POSSIBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="closednet-rehearsal inside",
        description="Run a command on the rehearsed site: its addresses, its DNS"
        " server, its certificates, and no other network.",
    )
    parser.add_argument("--work-dir", type=Path, default=Path(".rehearsal"))
    parser.add_argument("command", nargs="+", help="the command, behind --")
    return parser
