"""
The commands that act on many sites at once.
"""

from __future__ import annotations

import json
import sys

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from closednet.batch.sites import batches
from closednet.batch.sites.batches import Wishes
from closednet.batch.sites.local_pool import LocalPool, cores
from closednet.errors import ApprovalError, ParamsError


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.batch.sites.pool import Pool
    from closednet.batch.sites.summary import Summary


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
    summary = batches.run(wishes)
    _print(given, summary)
    return summary.exit_code


def _print(given: Namespace, summary: Summary) -> None:
    if given.json:
        print(json.dumps(summary.to_json(), ensure_ascii=False))
    else:
        print(summary.text())


def _wishes(given: Namespace) -> Wishes:
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
