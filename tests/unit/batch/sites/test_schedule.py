from __future__ import annotations

import errno
import os
import signal

from typing import TYPE_CHECKING

import pytest

from closednet.batch.sites import rows
from closednet.batch.sites.record import Record
from closednet.batch.sites.rows import Row
from closednet.batch.sites.schedule import DISK_FULL, Schedule
from closednet.errors import AdapterError
from closednet.evidence import journal
from tests.unit.batch.sites.pools import DIED, ToldPool, failed, rows_of


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.batch.sites.orders import Order

NAMES = ("a", "b", "c", "d", "e")


def _states(every: list[Row]) -> dict[str, str]:
    return {row.site: row.state for row in every}


class TestSchedule:
    def test_every_site_is_brought_to_its_end(self) -> None:
        every = rows_of(*NAMES)
        pool = ToldPool(2, {})
        schedule = Schedule(pool, every, ())

        schedule.run()

        assert dict.fromkeys(NAMES, rows.DONE) == _states(every)
        assert list(NAMES) == pool.started

    def test_no_more_run_at_a_time_than_there_are_workers(self) -> None:
        pool = ToldPool(3, {})
        Schedule(pool, rows_of(*NAMES), ()).run()

        assert 3 == pool.most

    def test_no_site_begins_once_more_failed_than_may(self) -> None:
        every = rows_of(*NAMES)
        pool = ToldPool(1, {"b": [failed("b")], "c": [failed("c")]})
        schedule = Schedule(pool, every, (), budget=1)

        schedule.run()

        assert ["a", "b", "c"] == pool.started
        assert [rows.WAITING] * 2 == [row.state for row in every[3:]]
        assert "2 failed, and 1 may" == schedule.stopped

    def test_within_the_budget_all_others_are_done(self) -> None:
        every = rows_of(*NAMES)
        pool = ToldPool(2, {"b": [failed("b")]})
        schedule = Schedule(pool, every, (), budget=1)

        schedule.run()

        assert "" == schedule.stopped
        assert ["b"] == [r.site for r in every if r.state != rows.DONE]

    def test_a_site_whose_worker_died_is_begun_again_before_others(self) -> None:
        every = rows_of(*NAMES)
        pool = ToldPool(1, {"a": [DIED]})

        Schedule(pool, every, ()).run()

        assert ["a", "a", "b"] == pool.started[:3]
        assert (rows.DONE, 2, [DIED]) == (
            every[0].state,
            every[0].begun,
            every[0].remarks,
        )

    def test_a_site_whose_kernel_died_is_begun_again(self) -> None:
        every = rows_of("a")
        pool = ToldPool(1, {"a": [failed("a", "DeadKernelError", "Kernel died")]})

        Schedule(pool, every, (), budget=0).run()

        assert rows.DONE == every[0].state
        assert ["a kernel died at 30-hosted-zone (4/10)"] == every[0].remarks

    def test_after_three_deaths_a_person_looks(self) -> None:
        every = rows_of("a", "b")
        pool = ToldPool(1, {"a": [DIED] * 9})

        Schedule(pool, every, ()).run()

        assert ["a", "a", "a", "b"] == pool.started
        assert rows.FAILED == every[0].state
        assert DIED in every[0].reason

    def test_who_was_begun_goes_on_although_the_budget_is_spent(self) -> None:
        every = rows_of("a", "b", "c")
        pool = ToldPool(2, {"a": [failed("a")], "b": [DIED]})

        Schedule(pool, every, (), budget=0).run()

        expected = {"a": rows.FAILED, "b": rows.DONE, "c": rows.WAITING}
        assert expected == _states(every)

    def test_the_lock_of_a_dead_worker_is_waited_for_by_its_successor(self) -> None:
        given: list[float] = []

        class Noting(ToldPool):
            def start(self, order: Order) -> None:
                given.append(order.patience_s)
                super().start(order)

        Schedule(Noting(1, {"a": [DIED]}), rows_of("a"), ()).run()

        assert 0 == given[0] < given[1]

    def test_a_full_disk_begins_no_further_site(self) -> None:
        said = f"[Errno 28] {os.strerror(errno.ENOSPC)}: 'journal.jsonl'"
        every = rows_of(*NAMES)
        pool = ToldPool(1, {"a": [failed("a", "OSError", said)]})
        schedule = Schedule(pool, every, (), budget=3)

        schedule.run()

        assert ["a"] == pool.started
        assert DISK_FULL == schedule.stopped

    def test_nothing_begins_that_cannot_be_recorded(self, tmp_path: Path) -> None:
        (tmp_path / "batch.jsonl").symlink_to("/dev/full")
        every = rows_of(*NAMES)
        pool = ToldPool(1, {})
        schedule = Schedule(pool, every, [Record(tmp_path)])

        schedule.run()

        assert ["a"] == pool.started
        assert (rows.DONE, DISK_FULL) == (every[0].state, schedule.stopped)

    def test_a_pool_that_is_gone_leaves_open_what_ran(self) -> None:
        every = rows_of(*NAMES)
        pool = ToldPool(2, {"b": [AdapterError("the scheduler is gone")]})
        schedule = Schedule(pool, every, ())

        schedule.run()

        assert {"a": rows.DONE, "b": rows.UNKNOWN, "c": rows.UNKNOWN} == {
            site: state
            for site, state in _states(every).items()
            if state != rows.WAITING
        }
        assert "the scheduler is gone" == schedule.stopped

    def test_ctrl_c_stops_what_runs_and_begins_nothing(self) -> None:
        every = rows_of(*NAMES)

        class Pressed(ToldPool):
            def start(self, order: Order) -> None:
                super().start(order)
                if order.site == "b":
                    os.kill(os.getpid(), signal.SIGINT)

        end = failed("b", "KeyboardInterrupt", "interrupted")
        pool = Pressed(1, {"b": [end]})
        Schedule(pool, every, ()).run()

        assert pool.interrupted
        assert rows.INTERRUPTED == every[1].state
        assert [rows.WAITING] * 3 == [row.state for row in every[2:]]


class TestRecord:
    def test_it_tells_which_sites_are_done_under_which_digest(
        self, tmp_path: Path
    ) -> None:
        record = Record(tmp_path)
        pool = ToldPool(1, {"b": [failed("b")]})
        Schedule(pool, rows_of("a", "b"), [record]).run()

        assert {"a": "20260101T000000Z-aa"} == record.done_runs({"a": "", "b": ""})
        assert {} == record.done_runs({"a": "another"})

    def test_a_site_that_failed_later_is_not_done(self, tmp_path: Path) -> None:
        record = Record(tmp_path)
        Schedule(ToldPool(1, {}), rows_of("a"), [record]).run()
        Schedule(ToldPool(1, {"a": [failed("a")]}), rows_of("a"), [record]).run()

        assert {} == record.done_runs({"a": ""})

    def test_what_happened_stands_in_a_chained_journal(self, tmp_path: Path) -> None:
        record = Record(tmp_path)
        Schedule(ToldPool(1, {"a": [DIED]}), rows_of("a"), [record]).run()

        kinds = [event.kind for event in journal.read(record.journal.path)]
        started, lost, ended = "site-started", "site-lost", "site-ended"
        assert ["opened", started, lost, started, ended] == kinds
        assert () == journal.verify_chain(record.journal.path)


@pytest.mark.parametrize("state", [rows.FAILED, rows.UNKNOWN, rows.WAITING])
def test_a_row_that_is_not_done_does_not_look_as_if(state: str) -> None:
    assert "✅" != Row("a", "a.yaml", state=state).sign
