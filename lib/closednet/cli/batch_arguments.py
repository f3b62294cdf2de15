"""
What `closednet batch` takes. Nothing is imported here that it needs to work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

VERBS: Final = {
    "plan": "plan every site; reads only",
    "apply": "roll out every site under what was approved; again: go on with it",
    "verify": "check every claim about every site; reads only",
}


def batch(parser: ArgumentParser) -> None:
    """
    Declare what the commands take.
    """
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, what in VERBS.items():
        sub = verbs.add_parser(
            verb,
            help=what,
            description=what,
            epilog=parser.epilog,
            formatter_class=parser.formatter_class,
        )
        _shared(sub)
        if verb == "plan":
            _plan(sub)
        if verb == "apply":
            _apply(sub)


def _shared(parser: ArgumentParser) -> None:
    parser.add_argument(
        "params",
        metavar="PARAMS",
        nargs="+",
        help="parameters files, folders of them, or patterns in quotes",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=_count(1),
        help="sites at a time (default: as many as there are cores, or Dask threads)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler whose workers do it, such as tcp://10.0.0.5:8786",
    )
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out files that describe no site, instead of beginning none",
    )
    parser.add_argument(
        "--record",
        metavar="DIR",
        help="where batches are recorded (default: _batches in the evidence folder)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")


def _plan(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--out", metavar="DIR", help="write every site's change request there, too"
    )
    parser.add_argument(
        "--lang", choices=["en", "ja"], help="change requests in this language only"
    )


def _apply(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--approve",
        metavar="DIGEST",
        action="append",
        default=[],
        help="the batch's digest, or a site's (repeatable)",
    )
    parser.add_argument(
        "--plan",
        metavar="DIR",
        help="what `batch plan --out` wrote, if on another machine",
    )
    parser.add_argument(
        "--error-budget",
        metavar="N",
        type=_count(0),
        default=0,
        help="sites that may fail before no further one begins (default: 0)",
    )


def _count(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        number = int(text)
        if number < least:
            raise ValueError(text)
        return number

    count.__name__ = f"number (at least {least})"
    return count
