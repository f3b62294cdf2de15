from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.batch import rollout
from closednet.batch.sites import work
from closednet.batch.sites.orders import Order
from closednet.errors import BusyError
from closednet.evidence.run_folder import RunFolder


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "20260101T000000Z-aaaaaa"


class Planned:
    """
    A rollout plan of which so much is left.
    """

    def __init__(self, *changes: str) -> None:
        self.rollout = self
        self.changes = changes


@pytest.fixture(name="order")
def _order(
    describe: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Order:
    monkeypatch.setenv("CLOSEDNET_EVIDENCE", str(tmp_path / "evidence"))
    log = tmp_path / "logs/tokyo.log"
    params = str(describe("tokyo"))
    return Order("apply", "tokyo", params, str(log), digest="0a", done_run=RUN)


@pytest.fixture(name="applied")
def _applied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """
    Return the sites that were rolled out, without doing so.
    """
    applied: list[str] = []

    def apply(params_file: str, *, approve: str, **_: object) -> rollout.Ended:
        applied.append(approve)
        return rollout.Ended("another", 5, "AwsDenied", "no")

    monkeypatch.setattr(rollout, "apply", apply)
    return applied


def _seal(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "evidence", "tokyo", RUN)
    folder.journal.record("run")
    (folder.path / "manifest.json").write_text("{}")


class TestWhatWasDoneBefore:
    def test_is_left_alone_if_nothing_is_left_to_do(
        self,
        order: Order,
        applied: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        _seal(tmp_path)
        monkeypatch.setattr(work, "plan_rollout", lambda _: Planned())

        result = work.do(order)

        assert (0, RUN, []) == (result.code, result.run, applied)

    def test_is_done_again_if_somebody_undid_it(
        self,
        order: Order,
        applied: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The plan has the same digest as before: the record alone would mislead."""
        _seal(tmp_path)
        monkeypatch.setattr(work, "plan_rollout", lambda _: Planned("a change"))

        result = work.do(order)

        assert ["0a"] == applied
        assert (5, "AwsDenied: no") == (result.code, result.reason)

    def test_is_done_again_if_its_archive_is_not_sealed(
        self, order: Order, applied: list[str]
    ) -> None:
        work.do(order)

        assert ["0a"] == applied


def test_the_lock_of_a_dead_worker_is_waited_for(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def apply(*_: object, **__: object) -> rollout.Ended:
        tries.append(1)
        if len(tries) < 3:
            raise BusyError("held")
        return rollout.Ended(RUN, 0)

    monkeypatch.setattr(rollout, "apply", apply)
    monkeypatch.setattr(work, "LOOK_AGAIN_S", 0.0)
    order = replace(order, done_run="")

    assert "BusyError" == work.do(order).error
    assert 0 == work.do(replace(order, patience_s=60)).code


def test_a_defect_at_one_site_is_its_result_and_stands_in_its_log(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply(*_: object, **__: object) -> rollout.Ended:
        raise ZeroDivisionError("one by nothing")

    monkeypatch.setattr(rollout, "apply", apply)

    result = work.do(replace(order, done_run=""))

    assert (5, "ZeroDivisionError") == (result.code, result.error)
    assert result.memory_mb > 1


def test_a_full_disk_is_named_with_the_next_move(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply(*_: object, **__: object) -> rollout.Ended:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rollout, "apply", apply)

    result = work.do(replace(order, done_run=""))

    assert "No space left on device" in result.message
    assert "next: look at the machine and its disk" in result.message
