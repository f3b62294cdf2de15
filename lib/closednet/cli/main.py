"""
The command `closednet`: arguments in, exit code out.
"""

from __future__ import annotations

import argparse
import sys

from typing import TYPE_CHECKING, Final

from closednet import __version__
from closednet.cli import commands
from closednet.errors import ClosednetError
from closednet.redact import redact


if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_CODES: Final = """\
exit codes:
  0  done
  1  a check failed, or evidence is broken
  2  bad input; nothing was called
  3  waiting for approval; the digest is printed
  4  refused: wrong account, stale or other plan, site busy
  5  AWS or a server said no
"""


def parser() -> argparse.ArgumentParser:
    """
    Return the parser of all commands.
    """
    top = argparse.ArgumentParser(
        prog="closednet",
        description="Put servers in a closed network under AWS Systems Manager and"
        " CloudWatch, step by step: planned, approved, applied, verified.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"closednet {__version__}")
    verbs = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands.COMMANDS.items():
        sub = verbs.add_parser(
            name,
            help=command.help,
            description=command.help,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.arguments(sub)
        sub.set_defaults(act=command.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command and return its exit code.
    """
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.act(arguments)
    except ClosednetError as err:
        print(redact(f"⛔ {type(err).__name__}: {err}"), file=sys.stderr)
        return err.exit_code
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    return code
