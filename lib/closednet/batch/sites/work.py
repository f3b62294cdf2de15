"""
One order, done in this process: what the commands do at a site, and how it ended.
"""

from __future__ import annotations

import os
import sys
import time
import traceback

from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from closednet.batch import rollout
from closednet.batch.sites.orders import Result, interrupted, short
from closednet.batch.sites.rows import NEXT
from closednet.errors import BusyError, ClosednetError
from closednet.evidence import change_request
from closednet.evidence.run_folder import RunFolder
from closednet.model import costs
from closednet.model.change import Manual
from closednet.redact import redact
from closednet.render.request.document import LANGUAGES
from closednet.render.views import ReportView, RolloutView
from closednet.run.planning import plan_and_keep
from closednet.run.rollout import plan_rollout, verify_rollout
from closednet.run.run import cost_lines
from closednet.site import open_site


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from closednet.batch.rollout import Stage
    from closednet.batch.sites.orders import Order

LOOK_AGAIN_S: Final = 0.5
PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 2**20


def do(order: Order, on_stage: Callable[[Stage], object] = bool) -> Result:
    """
    Do an order; whatever goes wrong at a site is a result, not an end of the worker.
    """
    began = time.monotonic()
    try:
        with _printing_to(Path(order.log)), _environment(order.env):
            result = _judged(order, on_stage)
    except OSError as err:
        result = _failed(order, err, ClosednetError.exit_code)
    return replace(result, seconds=round(time.monotonic() - began, 2), memory_mb=_mb())


def _judged(order: Order, on_stage: Callable[[Stage], object]) -> Result:
    try:
        match order.verb:
            case "plan":
                return _plan(order)
            case "apply":
                return _apply(order, on_stage)
            case "verify":
                return _verify(order)
            case _:
                assert_never(order.verb)
    except ClosednetError as err:
        return _failed(order, err, err.exit_code)
    except KeyboardInterrupt:
        return interrupted(order)
    except Exception as err:  # noqa: BLE001 - a defect at one site ends no other
        traceback.print_exc()
        return _failed(order, err, ClosednetError.exit_code)


def _failed(order: Order, err: Exception, code: int) -> Result:
    print(f"⛔ {type(err).__name__}: {err}", file=sys.stderr)
    said = short(redact(str(err)))
    if isinstance(err, OSError):
        said += f"{NEXT}look at the machine and its disk, then run the same again"
    return Result(order.site, code, type(err).__name__, said, digest=order.digest)


def _plan(order: Order) -> Result:
    site = open_site(order.params)
    planned, request = plan_and_keep(site, with_request=bool(order.out))
    plan = planned.rollout
    if request is not None:
        languages = (order.language,) if order.language else tuple(LANGUAGES)
        change_request.write(Path(order.out), request, languages)
    lines = tuple(cost_lines(site.params))
    print(RolloutView(plan, costs=lines, calls=planned.calls).text())
    by_hand = sum(isinstance(change, Manual) for change in plan.changes)
    figures = {
        "changes": len(plan.changes) - by_hand,
        "by hand": by_hand,
        "USD a month": round(costs.total(costs.monthly(site.params)), 2),
    }
    return Result(order.site, 0, digest=plan.digest, figures=figures)


def _verify(order: Order) -> Result:
    reports = verify_rollout(open_site(order.params))
    for report in reports:
        print(ReportView(report).text(), end="\n\n")
    failed = [f"{r.step}: {check.claim}" for r in reports for check in r.failures]
    checks = sum(len(report.checks) for report in reports)
    figures = {"checks": checks, "passed": checks - len(failed)}
    said = f"{len(failed)} of {checks} checks failed" if failed else ""
    code = 1 if failed else 0
    return Result(
        order.site, code, message=said, figures=figures, notes=tuple(failed[:5])
    )


def _apply(order: Order, on_stage: Callable[[Stage], object]) -> Result:
    if _nothing_left(order):
        print(f"nothing is left to do since run {order.done_run}")
        return Result(order.site, 0, run=order.done_run, digest=order.digest)
    ended = _once_free(order, on_stage)
    folder = RunFolder(_evidence(order), order.site, ended.run_id)
    reports = folder.reports()
    failed = [f"{r.step}: {c.claim}" for r in reports.values() for c in r.failures]
    message = f"{ended.error and ended.message}"
    if ended.exit_code and not message:
        message = f"{len(failed)} checks failed, or not all is proven"
    done = sum(len(receipt.done) for receipt in folder.receipts())
    checks = sum(len(report.checks) for report in reports.values())
    return Result(
        order.site,
        ended.exit_code,
        ended.error,
        short(redact(message)),
        ended.run_id,
        order.digest,
        {"done": done, "checks": checks, "passed": checks - len(failed)},
        tuple(failed[:5]),
    )


def _once_free(order: Order, on_stage: Callable[[Stage], object]) -> rollout.Ended:
    """
    Apply; the lock of a worker that died goes a moment after it.
    """
    deadline = time.monotonic() + order.patience_s
    while True:
        try:
            return rollout.apply(
                order.params,
                approve=order.digest,
                plan_file=Path(order.plan_file) if order.plan_file else None,
                on_stage=on_stage,
            )
        except BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_AGAIN_S)


def _nothing_left(order: Order) -> bool:
    """
    Tell whether an earlier batch finished this and nothing was undone since.

    Its record alone is no proof: the site is looked at again.
    """
    if not order.done_run:
        return False
    run = RunFolder(_evidence(order), order.site, order.done_run)
    return run.sealed and not plan_rollout(open_site(order.params)).rollout.changes


def _evidence(order: Order) -> Path:
    return open_site(order.params).evidence_root


@contextmanager
def _printing_to(log: Path) -> Iterator[None]:
    """
    Let all that this process and its kernels print go to the log of the site.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    kept = [os.dup(1), os.dup(2)]
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        _turn([opened, opened])
        yield
    finally:
        _turn(kept)
        for descriptor in (opened, *kept):
            os.close(descriptor)


def _turn(descriptors: list[int]) -> None:
    for stream in (sys.stdout, sys.stderr):
        # A full disk loses lines of a log, and nothing else.
        with suppress(OSError):
            stream.flush()
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _mb() -> float:
    """
    Return what this process holds in memory by now.
    """
    with suppress(OSError, IndexError, ValueError):
        return round(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB, 1)
    return 0.0
