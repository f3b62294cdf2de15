"""
What is written as JSON comes back equal, and nothing else is believed.
"""

from __future__ import annotations

import dataclasses
import json

from typing import TYPE_CHECKING, Any, cast

import pytest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from closednet.errors import EvidenceError
from closednet.evidence import codec
from closednet.model.change import Create, Delete, Kept, Manual, Update
from closednet.model.plan import Plan, RolloutPlan, Scope
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Check, Report
from closednet.model.specs import management, network
from tests.unit.evidence.samples import PLAN, RECEIPT, REPORT, ROLLOUT, SCOPE


if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

SPECS = st.one_of(
    *(
        st.from_type(cls)
        for module in (management, network)
        for cls in vars(module).values()
        if dataclasses.is_dataclass(cls)
        and isinstance(cls, type)
        and cls.__module__ == module.__name__
        and hasattr(cls, "key")
    )
)
CHANGES = st.one_of(
    st.builds(Create, SPECS),
    st.builds(Update, SPECS, SPECS),
    st.builds(Delete, SPECS),
    st.builds(Manual, st.text(), st.text(), SPECS, undo=st.booleans()),
)
PLANS = st.builds(
    Plan,
    st.text(),
    st.from_type(Scope),
    st.lists(CHANGES, max_size=3).map(tuple),
    st.lists(st.from_type(Kept), max_size=2).map(tuple),
    st.text(),
)
RECEIPTS = st.builds(
    Receipt,
    st.text(),
    st.text(),
    st.text(),
    st.lists(st.builds(Done, CHANGES, st.text()), max_size=3).map(tuple),
    st.lists(CHANGES, max_size=2).map(tuple),
)
VALUES = st.one_of(
    CHANGES,
    PLANS,
    RECEIPTS,
    st.from_type(Report),
    st.from_type(Check),
    st.builds(RolloutPlan, st.from_type(Scope), st.lists(PLANS, max_size=2).map(tuple)),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(value=VALUES)
def test_round_trip(value: Any) -> None:
    text = json.dumps(codec.encode(value))

    assert codec.decode(json.loads(text), type(value)) == value


def test_every_spec_of_the_model_can_be_read_back() -> None:
    found = codec.registry()

    assert {"Plan", "Receipt", "Report", "Role", "InterfaceEndpoint"} <= found.keys()
    for cls in (cls for cls in found.values() if hasattr(cls, "key")):
        assert codec._hints(cast("Hashable", cls))  # noqa: SLF001 - a field nobody can read is a defect


@pytest.mark.parametrize("plan", [PLAN, ROLLOUT])
def test_plan_files_come_back(tmp_path: Path, plan: Plan | RolloutPlan) -> None:
    path = tmp_path / "plan.json"
    codec.write_plan(path, plan)

    assert codec.read_plan(path) == plan
    assert codec.read_plan(path).digest == plan.digest


def test_an_edited_plan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    codec.write_plan(path, PLAN)
    path.write_text(path.read_text().replace('"advanced"', '"standard"'))

    with pytest.raises(EvidenceError, match="edited after it was planned"):
        codec.read_plan(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"is": "Rocket"}, "Rocket is not part of the model"),
        ({"is": "Kept", "key": "a"}, "do not fit: reason"),
        ({"is": "Kept", "key": "a", "reason": "b", "more": 1}, "do not fit: more"),
        ({"is": "Kept", "key": "a", "reason": "b"}, "expected a Report"),
        ({"is": "Kept", "key": object(), "reason": "b"}, "no JSON"),
    ],
)
def test_what_does_not_fit_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        codec.decode(data, Report)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"plan": null}'])
def test_files_that_hold_no_plan_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)

    with pytest.raises(EvidenceError):
        codec.read_plan(path)


def test_samples_round_trip() -> None:
    assert codec.decode(codec.encode(RECEIPT), Receipt) == RECEIPT
    assert codec.decode(codec.encode(REPORT), Report) == REPORT
    assert codec.decode(codec.encode(SCOPE), Scope) == SCOPE
