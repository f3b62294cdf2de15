"""
Warnings come on the right day: nothing too early, nothing too late.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from closednet.model import foresight


if TYPE_CHECKING:
    from closednet.model.foresight import Deadline


DAY = datetime(2027, 3, 1, tzinfo=UTC)
ALL = {
    "activation": foresight.activation("a-1", DAY, missing=2),
    "certificate": foresight.certificate("CN=tsa", "tsa.pem", DAY),
    "signing-key": foresight.signing_key("aws.asc", DAY),
    "approver-key": foresight.approver("hana@example.jp", DAY),
    "object-lock": foresight.object_lock("s3://bucket/a.zip", DAY),
    "access-key": foresight.access_key("AKIA1", "cw", DAY - timedelta(days=90)),
}


@pytest.mark.parametrize("deadline", ALL.values(), ids=ALL)
def test_each_is_warned_of_on_the_right_day(deadline: Deadline) -> None:
    """61 days before: quiet. 60 days before: soon. On the day: past."""
    states = {
        before: [
            one.state
            for one in foresight.warnings(
                [deadline], DAY - timedelta(days=before), ahead_days=60
            )
        ]
        for before in (61, 60, 1, 0, -1)
    }

    assert {61: [], 60: ["soon"], 1: ["soon"], 0: ["past"], -1: ["past"]} == states


@pytest.mark.parametrize(("kind", "deadline"), ALL.items())
def test_each_says_what_breaks_and_what_to_do(kind: str, deadline: Deadline) -> None:
    assert kind == deadline.kind
    assert deadline.effect
    assert deadline.remedy


def test_an_old_agent_loses_its_channel_when_the_service_retires() -> None:
    (old,) = foresight.old_agent("web01", "3.2.2303.0")

    assert foresight.EC2MESSAGES_ENDS == old.when
    assert "web01" in old.subject
    assert () == foresight.old_agent("web01", "3.3.40.0")
    assert () == foresight.old_agent("web01", "3.3.2746.0")
    assert () == foresight.old_agent("web01", "")


def test_the_nearest_comes_first() -> None:
    late = foresight.approver("b", DAY + timedelta(days=9))
    found = foresight.warnings([late, ALL["certificate"]], DAY, ahead_days=60)

    assert ["certificate", "approver-key"] == [one.deadline.kind for one in found]
    assert [0, 9] == [one.days for one in found]
