"""
Moments of the journal for people: UTC, to the second.
"""

from __future__ import annotations

from datetime import datetime


def moment(text: str) -> datetime:
    """
    Return the moment that the journal wrote.
    """
    return datetime.fromisoformat(text)


def at(text: str) -> str:
    """
    Return a moment as `2026-11-23 11:00:50`, or nothing if there is none.
    """
    return f"{moment(text):%Y-%m-%d %H:%M:%S}" if text else ""
