"""
`closednet-rehearsal`: a whole closed network on this machine, none of it real.
"""

from __future__ import annotations

import argparse
import sys

from importlib.metadata import version
from pathlib import Path
from typing import Any

from closednet_rehearsal.lifecycle import (
    Wishes,
    is_running,
    run_until_stopped,
    stop,
)
from closednet_rehearsal.work_dir import read_ready


_EPILOG = """\
The rehearsal listens on 127.0.0.1 only, talks to nobody outside this machine, and
removes what it created when it stops. Nothing that it answers comes from AWS.
"""


def main(arguments: list[str] | None = None) -> int:
    """
    Run one command and return its exit code.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["dns-admin"]:
        return _dns_admin(given[1:])
    if given[:1] == ["inside"]:
        return _inside(given[1:])
    options = _parser().parse_args(given)
    match options.command:
        case "start":
            return _start(options)
        case "faults" | "fault":
            return _faults(options)
        case "stop":
            return _say(stop(options.work_dir), "stopped", "no rehearsal is running")
        case _:
            return _status(options.work_dir)


def _faults(options: argparse.Namespace) -> int:
    from closednet_rehearsal.trouble import commands  # noqa: PLC0415

    act = commands.show if options.command == "faults" else commands.switch
    return act(options)


def _unknown_faults(names: list[str]) -> str:
    from closednet_rehearsal.trouble import commands  # noqa: PLC0415

    return commands.unknown(names)


def _start(options: argparse.Namespace) -> int:
    problem = _unknown_faults(options.fault) if options.fault else ""
    if problem:
        _say(False, "", problem)
        return 2
    if is_running(read_ready(options.work_dir)):
        return _say(False, "", f"a rehearsal runs already in {options.work_dir}")
    run_until_stopped(
        Wishes(
            options.work_dir,
            options.hosts,
            options.port,
            options.ready_file,
            options.tls,
            options.operator_policy,
            options.dns,
            tuple(options.fault),
        )
    )
    return 0


def _status(work_dir: Path) -> int:
    ready = read_ready(work_dir)
    shown = ready.as_json().strip() if ready is not None else ""
    return _say(is_running(ready), shown, "no rehearsal is running")


def _dns_admin(arguments: list[str]) -> int:
    from closednet_rehearsal.dns.admin import main as administer  # noqa: PLC0415

    return administer(arguments)


def _inside(arguments: list[str]) -> int:
    from closednet_rehearsal.site.inside import main as enter  # noqa: PLC0415

    return enter(arguments)


def _say(good: bool, well: str, badly: str) -> int:  # noqa: FBT001
    stream = sys.stdout if good else sys.stderr
    stream.write(f"{well if good else f'closednet-rehearsal: {badly}'}\n")
    return 0 if good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="closednet-rehearsal", description=__doc__, epilog=_EPILOG
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {version('closednet')}"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = _command(commands, "start", "start a rehearsal in the foreground")
    start.add_argument(
        "--hosts", type=_count, default=3, help="servers on premises (default: 3)"
    )
    start.add_argument(
        "--port", type=int, default=0, help="port of the API (default: any free one)"
    )
    start.add_argument(
        "--ready-file",
        type=Path,
        help="written, as one line of JSON, when everything answers",
    )
    start.add_argument(
        "--tls",
        action="store_true",
        help="serve the services' own names over HTTPS, on the endpoints' addresses",
    )
    start.add_argument(
        "--operator-policy",
        type=Path,
        metavar="FILE",
        help="the operator's policies, as `closednet policies` prints them (default:"
        " those of the project's rehearsal site)",
    )
    start.add_argument(
        "--dns",
        choices=("bind", "unbound", "dnsmasq"),
        help="run the site's DNS server as this product (default: a simulated one)",
    )
    start.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="begin with this fault, as `faults` lists it (repeatable)",
    )
    _fault_commands(commands)
    _command(commands, "stop", "stop the rehearsal of a work directory")
    _command(commands, "status", "say whether a rehearsal runs, and where")
    # Only for the list of commands: its arguments are read by its own parser.
    commands.add_parser(
        "dns-admin",
        help="play the DNS administrator: install forwarding zones",
        add_help=False,
    )
    commands.add_parser(
        "inside",
        help="run a command on the site of a rehearsal that was started with --tls",
        add_help=False,
    )
    return parser


def _fault_commands(commands: Any) -> None:
    listing = _command(commands, "faults", "list the faults that can be switched on")
    listing.add_argument("--json", action="store_true", help="print JSON for scripts")
    switch = _command(commands, "fault", "switch a fault on or off while it runs")
    switch.add_argument("to", choices=("on", "off"), help="break it, or mend it")
    switch.add_argument("name", metavar="NAME", help="as `faults` lists it")


def _command(commands: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}."
    )
    parser.add_argument(
        "--work-dir",
        type=Path,
        default=Path(".rehearsal"),
        help="where its files are (default: .rehearsal)",
    )
    return parser


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 1000:  # noqa: PLR2004 - what one machine can carry
        raise argparse.ArgumentTypeError("between 0 and 1000 servers")
    return count


if __name__ == "__main__":
    sys.exit(main())
