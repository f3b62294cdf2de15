"""
Schedule expressions of associations: `rate(14 days)`, `cron(0 2 ? * SUN *)`, and
`at(2026-12-01T02:00:00)`.
"""

from __future__ import annotations

import calendar
import re

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from closednet_rehearsal.ssm.errors import SsmError


UNITS: Final = {"minute": 60, "hour": 3600, "day": 86_400}
SHORTEST_S: Final = 30 * 60
LONGEST_S: Final = 31 * 86_400
DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS: Final = tuple(name.upper() for name in calendar.month_abbr[1:])
HORIZON_DAYS: Final = 366 * 5
FIELDS: Final = 6


@dataclass(frozen=True, slots=True)
class Rate:
    """
    Every so many seconds.
    """

    seconds: int

    def after(self, moment: float) -> float | None:
        """
        Return the next run after a moment that was a run itself.
        """
        return moment + self.seconds


@dataclass(frozen=True, slots=True)
class Once:
    """
    At one moment.
    """

    due: float

    def after(self, moment: float) -> float | None:
        """
        Return the moment, unless it has passed.
        """
        return self.due if self.due > moment else None


@dataclass(frozen=True, slots=True)
class Cron:
    """
    At the minutes, hours, and days that the fields allow, in UTC.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    day: str
    months: frozenset[int]
    weekday: str
    years: str

    def after(self, moment: float) -> float | None:
        """
        Return the next run after a moment; None if there is none in five years.
        """
        start = datetime.fromtimestamp(moment, UTC).replace(second=0, microsecond=0)
        start += timedelta(minutes=1)
        for offset in range(HORIZON_DAYS):
            date = start.replace(hour=0, minute=0) + timedelta(days=offset)
            if not self._allows(date):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    due = date.replace(hour=hour, minute=minute)
                    if due >= start:
                        return due.timestamp()
        return None

    def _allows(self, date: datetime) -> bool:
        if date.month not in self.months:
            return False
        if date.year not in _numbers(self.years, 1970, 2199):
            return False
        if self.day != "?":
            return _is_day(self.day, date)
        return _is_weekday(self.weekday, date)


Schedule: TypeAlias = Rate | Once | Cron


def parse_schedule(text: str) -> Schedule:
    """
    Parse an expression, or refuse it the way State Manager does.
    """
    kind, _, rest = text.strip().partition("(")
    parsers = {"rate": _rate, "cron": _cron, "at": _at}
    try:
        return parsers[kind](rest.removesuffix(")"))
    except (KeyError, ValueError) as error:
        message = (
            f"The schedule {text} is invalid. "
            "Verify your cron or rate expression and try again."
        )
        raise SsmError("InvalidSchedule", message) from error


def _rate(text: str) -> Schedule:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", text)
    if match is None:
        raise ValueError(text)
    count, unit, plural = int(match[1]), match[2], bool(match[3])
    seconds = count * UNITS[unit]
    if plural == (count == 1) or not SHORTEST_S <= seconds < LONGEST_S:
        raise ValueError(text)
    return Rate(seconds)


def _at(text: str) -> Schedule:
    return Once(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _cron(text: str) -> Schedule:
    fields = text.split()
    # The longer form leads with seconds, which only may be zero.
    if len(fields) == FIELDS + 1 and fields[0] == "0":
        fields.pop(0)
    if len(fields) != FIELDS:
        raise ValueError(text)
    minute, hour, day, month, weekday, year = fields
    if [day, weekday].count("?") != 1:
        raise ValueError(text)
    _numbers(year, 1970, 2199)
    cron = Cron(
        minutes=_numbers(minute, 0, 59),
        hours=_numbers(hour, 0, 23),
        day=day,
        months=_numbers(_numbered(month, MONTHS), 1, 12),
        weekday=weekday if weekday == "?" else _numbered(weekday, DAYS),
        years=year,
    )
    probe = datetime(2024, 1, 1, tzinfo=UTC)
    _is_day(day, probe) if day != "?" else _is_weekday(cron.weekday, probe)
    return cron


def _numbered(text: str, names: tuple[str, ...]) -> str:
    for number, name in enumerate(names, 1):
        text = text.replace(name, str(number))
    return text


def _numbers(text: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first = int(begin)
            last = int(end) if dash else (high if step else first)
        if not low <= first <= last <= high:
            raise ValueError(text)
        found.update(range(first, last + 1, int(step) if step else 1))
    return frozenset(found)


def _is_day(text: str, date: datetime) -> bool:
    if text == "L":
        return (date + timedelta(days=1)).day == 1
    return date.day in _numbers(text, 1, 31)


def _is_weekday(text: str, date: datetime) -> bool:
    number = (date.weekday() + 1) % 7 + 1
    if "#" in text:
        day, _, nth = text.partition("#")
        return number == int(day) and (date.day - 1) // 7 + 1 == int(nth)
    if text.endswith("L"):
        last = (date + timedelta(days=7)).month != date.month
        return number == int(text[:-1] or "7") and last
    return number in _numbers(text, 1, 7)
