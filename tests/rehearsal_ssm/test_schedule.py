"""
Schedule expressions.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.schedule import parse_schedule


START = datetime(2026, 11, 23, 10, 30, 20, tzinfo=UTC).timestamp()  # a Monday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(30 minutes)", "2026-11-23T11:00:20"),
        ("rate(1 hour)", "2026-11-23T11:30:20"),
        ("rate(14 days)", "2026-12-07T10:30:20"),
        ("cron(0 2 ? * SUN *)", "2026-11-29T02:00:00"),
        ("cron(0 0 2 ? * SUN *)", "2026-11-29T02:00:00"),
        ("cron(15,45 10-11 * * ? *)", "2026-11-23T10:45:00"),
        ("cron(0/30 * 1/1 * ? *)", "2026-11-23T11:00:00"),
        ("cron(0 2 L * ? *)", "2026-11-30T02:00:00"),
        ("cron(0 2 ? * TUE#3 *)", "2026-12-15T02:00:00"),
        ("cron(0 2 ? DEC FRIL *)", "2026-12-25T02:00:00"),
        ("cron(0 2 1 1 ? 2028)", "2028-01-01T02:00:00"),
        ("at(2026-12-01T02:00:00)", "2026-12-01T02:00:00"),
    ],
)
def test_the_next_run_follows(text: str, expected: str) -> None:
    due = parse_schedule(text).after(START)

    assert due is not None
    assert expected == datetime.fromtimestamp(due, UTC).isoformat()[:19]


def test_a_time_that_has_passed_never_comes() -> None:
    assert parse_schedule("cron(0 2 1 1 ? 2020)").after(START) is None
    assert parse_schedule("at(2020-01-01T02:00:00)").after(START) is None


@pytest.mark.parametrize(
    "text",
    [
        "14 days",
        "rate(14 day)",
        "rate(1 days)",
        "rate(29 minutes)",
        "rate(31 days)",
        "rate(0 days)",
        "cron(0 2 * * * *)",
        "cron(0 2 ? * ? *)",
        "cron(0 25 ? * SUN *)",
        "cron(0 2 ? * SOMEDAY *)",
        "cron(0 2 ? *)",
        "at(tomorrow)",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(SsmError, match="InvalidSchedule"):
        parse_schedule(text)
