"""
The commands that act on many sites at once.
"""

from __future__ import annotations

import json
import sys

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.sites.local_pool import LocalPool, cores
from closednet.errors import ApprovalError, ParamsError


if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from closednet.batch.sites.batches import Wishes
    from closednet.batch.sites.pool import Pool
    from closednet.batch.sites.summary import Summary

VERBS: Final = {
    "plan": "plan every site; reads only",
    "apply": "roll out every site under what was approved; again: go on with it",
    "verify": "check every claim about every site; reads only",
}


def arguments(parser: ArgumentParser) -> None:
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


def run(given: Namespace) -> int:
    """
    Do one verb at all sites; 0 only if every one is done.
    """
    wishes = _wishes(given)
    if given.verb == "apply" and not given.approve:
        return _ask(given, replace(wishes, verb="plan", budget=None))
    return _show(given, wishes)


def _ask(given: Namespace, wishes: Wishes) -> int:
    """
    Plan, and stop: nobody has approved this yet.
    """
    from closednet.batch.sites import batches  # noqa: PLC0415 - slow import

    summary = batches.run(wishes)
    _print(given, summary)
    if summary.exit_code:
        return summary.exit_code
    digest = summary.plan.digest
    raise ApprovalError(
        "nobody approved this yet",
        digest=digest,
        hint="read the plans; if every line of every site is intended, approve"
        f' "{digest}", or single sites by their digests',
    )


def _show(given: Namespace, wishes: Wishes) -> int:
    from closednet.batch.sites import batches  # noqa: PLC0415 - slow import

    summary = batches.run(wishes)
    _print(given, summary)
    return summary.exit_code


def _print(given: Namespace, summary: Summary) -> None:
    if given.json:
        print(json.dumps(summary.to_json(), ensure_ascii=False))
    else:
        print(summary.text())


def _wishes(given: Namespace) -> Wishes:
    from closednet.batch.sites.batches import Wishes  # noqa: PLC0415 - slow import

    scheduler = f", Dask at {given.scheduler}" if given.scheduler else ""
    workers = given.workers or cores()
    out = getattr(given, "out", None)
    brought = getattr(given, "plan", None)
    return Wishes(
        verb=given.verb,
        named=tuple(given.params),
        open_pool=partial(_pool, given),
        progress=sys.stderr,
        workers=f"Dask at {given.scheduler}" if scheduler else f"{workers} workers",
        skip_bad=given.skip_bad,
        budget=getattr(given, "error_budget", None),
        approve=tuple(dict.fromkeys(getattr(given, "approve", ()))),
        brought=Path(brought) if brought else None,
        out=Path(out) if out else None,
        language=getattr(given, "lang", None) or "",
        records=Path(given.record) if given.record else None,
    )


def _pool(given: Namespace) -> Pool:
    if not given.scheduler:
        return LocalPool(given.workers or cores())
    try:
        from closednet.batch.sites.dask_pool import DaskPool  # noqa: PLC0415 - an extra
    except ImportError as err:
        raise ParamsError(
            f"--scheduler needs Dask, which is not installed here: {err}",
            hint='pip install "closednet[dask]", here and where the workers are',
        ) from err
    return DaskPool(given.scheduler, given.workers)
