from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from closednet.batch.sites import rows
from closednet.batch.sites.approved import BatchPlan
from closednet.batch.sites.orders import Result
from closednet.batch.sites.rows import Row
from closednet.batch.sites.schedule import BY_HAND
from closednet.batch.sites.summary import MOST_SHOWN, Summary


if TYPE_CHECKING:
    from collections.abc import Iterable

DENIED = Result("b", 5, "AwsDenied", "no <b>\n  next: attach it", run="r2")


def _row(site: str, state: str, result: Result | None = None) -> Row:
    return Row(site, f"{site}.yaml", state=state, result=result)


def _summary(every: Iterable[Row], folder: Path = Path(), **more: Any) -> Summary:
    when = datetime(2026, 11, 28, tzinfo=UTC)
    values: dict[str, Any] = {"simulated": True, "plan": BatchPlan({"a": "1"})} | more
    return Summary(
        "apply", folder, folder, tuple(every), when, 61.0, "2 workers", **values
    )


DONE = _row("a", rows.DONE, Result("a", 0, run="r1"))
FAILED = _row("b", rows.FAILED, DENIED)
WAITING = _row("c", rows.WAITING)


class TestExitCode:
    @pytest.mark.parametrize(
        ("every", "more", "code"),
        [
            ([DONE], {}, 0),
            ([DONE, FAILED], {}, 1),
            ([DONE, WAITING], {"stopped": "2 failed, and 1 may"}, 1),
            ([DONE, _row("d", rows.BAD)], {}, 1),
            ([DONE, WAITING], {"stopped": BY_HAND}, 130),
            ([DONE, FAILED], {"stopped": "the disk is full", "broken": True}, 5),
        ],
    )
    def test_it_is_0_only_if_every_site_is_done(
        self, every: list[Row], more: dict[str, Any], code: int
    ) -> None:
        assert code == _summary(every, **more).exit_code


class TestTable:
    def test_it_names_what_is_not_done_why_and_what_next(self) -> None:
        text = _summary([DONE, FAILED, WAITING]).text()

        for said in ("AwsDenied: no <b>", "next: attach it", "not started", "✅  a"):
            assert said in text
        assert "3 sites: 1 done, 1 failed, 1 not started" in text

    def test_of_many_sites_it_shows_those_that_are_not_done(self) -> None:
        many = [_row(f"s{n}", rows.DONE) for n in range(MOST_SHOWN)]
        text = _summary([*many, FAILED]).text()

        assert "s17" not in text
        assert "⛔  b" in text


class TestPage:
    def test_it_shows_every_site_and_leads_to_its_evidence(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "b/r2").mkdir(parents=True)
        (tmp_path / "b/r2/index.html").write_text("")
        summary = _summary([DONE, FAILED, WAITING], tmp_path)

        summary.write(tmp_path)

        page = (tmp_path / "index.html").read_text("utf-8")
        assert "REHEARSAL" in page
        assert 'href="b/r2/index.html"' in page
        assert "AwsDenied: no &lt;b&gt;" in page
        # What needs a person stands first.
        assert page.index("AwsDenied") < page.index(">a<")
        assert "<script" not in page
