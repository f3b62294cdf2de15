"""
Whether signed approvals are enough: a table of cases, and what a statement is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from closednet.errors import EvidenceError
from closednet.model import demand as demands
from closednet.model.approval import Signed, Statement, differences, judge, stamp
from closednet.model.demand import Demand, RoleDemand, Window
from closednet.params.approvals import Approvals


NOW = datetime(2026, 12, 5, 13, 0, tzinfo=UTC)
COVERS = {"parameters/the file": "a" * 64, "library/site.py": "b" * 64}
NETWORK = RoleDemand("network", ("nao@x.jp",), 1, ("endpoints", "hosted-zone"))


def signed(who: str, *, key: str = "", **changes: Any) -> Signed:
    """
    Return an approval of this hour by `who`.
    """
    statement = Statement(
        rollout="c" * 20,
        scope={"site": "osaka"},
        covers=COVERS,
        cells={"10-interface-endpoints": ("d" * 64,)},
        request="e" * 64,
        approver=who,
        signed_at=stamp(NOW - timedelta(hours=1)),
        expires_at=stamp(NOW + timedelta(hours=1)),
    )
    return Signed(replace(statement, **changes), f"SHA256:{key or who}")


def judged(demand: Demand, *approvals: Signed, steps: tuple[str, ...] = ()) -> Any:
    """
    Judge approvals as of now.
    """
    return judge(demand, steps, approvals, covers=COVERS, now=NOW)


class TestCounting:
    def test_two_people_are_enough_for_two(self) -> None:
        found = judged(Demand(2), signed("hana@x.jp"), signed("ken@x.jp"))

        assert found.enough
        assert ["hana@x.jp", "ken@x.jp"] == [one.approver for one in found.counted]

    def test_one_person_is_one_however_often(self) -> None:
        found = judged(Demand(2), signed("hana@x.jp"), signed("hana@x.jp"))

        assert ("1 of 2 approvals",) == found.missing

    def test_one_key_is_one_person_whatever_the_names(self) -> None:
        """Two names for one key would let one person be two."""
        found = judged(
            Demand(2), signed("hana@x.jp", key="k"), signed("ken@x.jp", key="k")
        )

        assert not found.enough
        assert (("ken@x.jp", "has the same key as hana@x.jp"),) == found.void

    def test_a_role_is_needed_where_its_steps_change(self) -> None:
        demand = Demand(1, (NETWORK,))

        assert not judged(demand, signed("hana@x.jp"), steps=("endpoints",)).enough
        assert judged(demand, signed("hana@x.jp"), steps=("activation",)).enough
        assert judged(demand, signed("nao@x.jp"), steps=("endpoints",)).enough

    def test_what_is_missing_is_said(self) -> None:
        found = judged(Demand(2, (NETWORK,)), steps=("endpoints",))

        assert (
            "0 of 2 approvals",
            "0 of 1 in the role network (one of: nao@x.jp)",
        ) == found.missing


class TestVoid:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            (
                {"expires_at": stamp(NOW - timedelta(seconds=1))},
                "expired at 2026-12-05",
            ),
            (
                {
                    "signed_at": stamp(NOW - timedelta(hours=73)),
                    "expires_at": stamp(NOW + timedelta(days=300)),
                },
                "expired at 2026-12-05T12:00:00Z",
            ),
            ({"signed_at": stamp(NOW + timedelta(hours=2))}, "signed in the future"),
            (
                {"covers": COVERS | {"library/site.py": "f" * 64}},
                "library: site.py was changed",
            ),
            (
                {"covers": COVERS | {"notebooks/10.ipynb": "f" * 64}},
                "notebooks: 10.ipynb is gone",
            ),
            (
                {"covers": {"library/site.py": "b" * 64}},
                "parameters: the file was added",
            ),
        ],
    )
    def test_it_does_not_count_and_says_why(
        self, changes: dict[str, Any], why: str
    ) -> None:
        found = judged(Demand(1), signed("hana@x.jp", **changes))

        assert () == found.counted
        assert why in found.void[0][1]

    def test_the_last_second_still_counts(self) -> None:
        assert judged(Demand(1), signed("h@x", expires_at=stamp(NOW))).enough

    def test_a_void_one_does_not_spoil_enough_others(self) -> None:
        """An approval of last month may lie in the folder still."""
        old = signed("ken@x.jp", expires_at=stamp(NOW - timedelta(days=30)))
        found = judged(Demand(1), old, signed("hana@x.jp"))

        assert found.enough
        assert "ken@x.jp" == found.void[0][0]

    def test_every_difference_is_named(self) -> None:
        assert ["a: 1 was changed", "b: 2 is gone", "c: 3 was added"] == differences(
            {"a/1": "x", "b/2": "x"}, {"a/1": "y", "c/3": "x"}
        )


class TestStatement:
    def test_it_comes_back_from_its_text(self) -> None:
        statement = signed("hana@x.jp").statement

        assert statement == Statement.parse(statement.text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            '{"format":"closednet-approval-statement/1"}\n',
            '{"format":"other/1"}\n',
        ],
    )
    def test_anything_else_is_none(self, text: str) -> None:
        with pytest.raises(EvidenceError, match="no approval"):
            Statement.parse(text)

    def test_another_spelling_is_refused(self) -> None:
        """Equal content in other bytes would have another signature."""
        text = signed("hana@x.jp").statement.text

        with pytest.raises(EvidenceError, match="spelled"):
            Statement.parse(text.replace(",", ", ", 1))


class TestDemand:
    def test_windows_are_in_their_own_time_zone(self) -> None:
        """22:00 in Tokyo is 13:00 in UTC."""
        window = Window("2026-12-05T22:00:00+09:00", "2026-12-06T02:00:00+09:00")

        assert Demand(windows=(window,)).is_open(NOW)
        assert not Demand(windows=(window,)).is_open(NOW - timedelta(seconds=1))
        assert Demand(windows=(window,)).is_open(NOW + timedelta(hours=4))
        assert not Demand(windows=(window,)).is_open(
            NOW + timedelta(hours=4, seconds=1)
        )
        assert 240 == window.minutes

    def test_going_back_may_need_nothing(self) -> None:
        approvals = Approvals(required=2, allowed_signers="x", rollback="digest")

        assert demands.of(approvals).signed
        assert not demands.of(approvals, rollback=True).signed
        assert demands.of(Approvals(required=2), rollback=True).signed
