"""
A batch from the names of its sites to its summary.
"""

from __future__ import annotations

import os
import time

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.sites import approved, listing, rows
from closednet.batch.sites.approved import BatchPlan
from closednet.batch.sites.orders import Order, Result
from closednet.batch.sites.progress import Progress
from closednet.batch.sites.record import FOLDER, Record
from closednet.batch.sites.rows import Row
from closednet.batch.sites.schedule import Schedule
from closednet.batch.sites.summary import Summary
from closednet.errors import AdapterError, ParamsError
from closednet.evidence.run_folder import utc_now
from closednet.params.load import CONNECTION_VARIABLE
from closednet.site import EVIDENCE_VARIABLE


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from closednet.batch.sites.listing import Listed, Listing
    from closednet.batch.sites.orders import Verb
    from closednet.batch.sites.pool import Pool

VARIABLES: Final = (EVIDENCE_VARIABLE, CONNECTION_VARIABLE)


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What a batch was asked for; `budget` is how many sites may fail, None: all.
    """

    verb: Verb
    named: tuple[str, ...]
    open_pool: Callable[[], Pool]
    progress: TextIO
    workers: str = ""
    skip_bad: bool = False
    budget: int | None = None
    approve: tuple[str, ...] = ()
    brought: Path | None = None
    out: Path | None = None
    language: str = ""
    records: Path | None = None


def run(wishes: Wishes) -> Summary:
    """
    Do one verb at all sites and return how that ended.

    Raises:
        ParamsError: A file describes no site; nothing was begun.
        ApprovalError: A site was not approved; nothing was begun.
        BusyError: Somebody works on the same batch.
        AdapterError: Nothing can be recorded, or there are no workers.
    """
    listed = listing.read(wishes.named)
    if not wishes.skip_bad or not listed.sites:
        listed.require_sound()
    records = wishes.records or _records(listed)
    plan = BatchPlan({})
    name = f"{wishes.verb}-{utc_now():%Y%m%dT%H%M%S%fZ}"
    if wishes.verb == "apply":
        plan = approved.resolve(wishes.approve, listed.sites, records, wishes.brought)
        name = _name(wishes, records, plan)
    record = Record(records / name)
    try:
        with record.held():
            if wishes.verb == "apply":
                _keep(plan, record.folder)
            return _run(wishes, listed, plan, record)
    except OSError as err:
        raise AdapterError(
            f"no record of the batch can be kept in {record.folder}: {err}",
            hint="make room there, or name another place with --record DIR",
        ) from err


def _run(wishes: Wishes, listed: Listing, plan: BatchPlan, record: Record) -> Summary:
    began, clock = utc_now(), time.monotonic()
    every = [*_ordered(wishes, listed, plan, record), *_bad(listed)]
    with wishes.open_pool() as pool:
        workers = wishes.workers or f"{pool.size} workers"
        record.begin(wishes.verb, every, workers)
        progress = Progress(wishes.progress, every, pool.size)
        schedule = Schedule(pool, every, (record, progress), budget=wishes.budget)
        schedule.run()
    if wishes.verb == "plan":
        done = (row.result for row in every if row.result and row.state == rows.DONE)
        plan = BatchPlan({result.site: result.digest for result in done})
    summary = Summary(
        wishes.verb,
        record.folder,
        listed.sites[0].evidence,
        tuple(every),
        began,
        time.monotonic() - clock,
        workers,
        schedule.stopped,
        schedule.broken,
        any(one.simulated for one in listed.sites),
        plan,
    )
    _conclude(summary, wishes, record)
    return summary


def _conclude(summary: Summary, wishes: Wishes, record: Record) -> None:
    """
    Write what can be written; a full disk takes nothing from what was done.
    """
    try:
        record.end(summary.stopped, summary.counts)
        summary.write(summary.folder)
        if summary.verb == "plan" and summary.plan.sites:
            _keep(summary.plan, summary.folder.parent / summary.plan.digest)
            if wishes.out:
                summary.write(wishes.out)
    except OSError as err:
        print(f"⚠️ the page could not be written: {err}", file=wishes.progress)


def _keep(plan: BatchPlan, folder: Path) -> None:
    if not (folder / approved.FILE).is_file():
        plan.write(folder)


def _name(wishes: Wishes, records: Path, plan: BatchPlan) -> str:
    """
    Return the name of the record: the batch's that was approved, or of these digests.

    Some sites of an approved batch are the same batch, and share its record.
    """
    if len(wishes.approve) == 1:
        only = wishes.approve[0]
        whole = (records / only / approved.FILE).is_file()
        brought = wishes.brought and approved.read(wishes.brought / approved.FILE)
        if whole or (brought and brought.digest == only):
            return only
    return plan.digest


def _records(listed: Listing) -> Path:
    roots = {one.evidence for one in listed.sites}
    if len(roots) > 1:
        raise ParamsError(
            f"these sites keep their evidence in {len(roots)} folders; the record of a"
            " batch needs one",
            hint="name it with --record DIR",
        )
    return roots.pop() / FOLDER


def _ordered(
    wishes: Wishes, listed: Listing, plan: BatchPlan, record: Record
) -> list[Row]:
    done = record.done_runs({**plan.sites}) if wishes.verb == "apply" else {}
    return [
        Row(one.site, os.fspath(one.params), _order(wishes, one, plan, record, done))
        for one in listed.sites
    ]


def _order(
    wishes: Wishes,
    one: Listed,
    plan: BatchPlan,
    record: Record,
    done: dict[str, str],
) -> Order:
    request = wishes.brought and approved.request_of(wishes.brought, one.site)
    env = {
        name: os.fspath(Path(os.environ[name]).absolute())
        for name in VARIABLES
        if os.environ.get(name)
    }
    return Order(
        verb=wishes.verb,
        site=one.site,
        params=os.fspath(one.params),
        log=os.fspath(record.log_of(one.site).absolute()),
        digest=plan.sites.get(one.site, ""),
        done_run=done.get(one.site, ""),
        out=os.fspath((wishes.out / one.site).absolute()) if wishes.out else "",
        language=wishes.language,
        plan_file=os.fspath(request.absolute()) if request else "",
        env=env,
    )


def _bad(listed: Listing) -> list[Row]:
    """
    Return a row for each file that describes no site, with all that is wrong in it.
    """
    return [
        Row(
            file.name,
            os.fspath(file),
            state=rows.BAD,
            result=Result(
                file.name, ParamsError.exit_code, message="; ".join(map(str, problems))
            ),
        )
        for file, problems in listed.problems
    ]
