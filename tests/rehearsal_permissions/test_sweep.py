"""
The sweep itself, on a bench where nothing is real.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from closednet.model import iam_policies
from closednet_rehearsal.least_privilege import generated
from closednet_rehearsal.least_privilege.bench import Denied
from closednet_rehearsal.least_privilege.removal import Part, only, parts, speaking_of
from closednet_rehearsal.least_privilege.sweep import Outcome, Sweep
from closednet_rehearsal.least_privilege.table import line, summary
from tests.unit.model.sites import params_with


if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATOR = "arn:aws:sts::1:assumed-role/closednet-operator/x"
DOCUMENTS = {
    "network": {
        "Statement": [
            {
                "Sid": "Ec2",
                "Action": ["ec2:A", "ec2:B", "ec2:Spare"],
                "Resource": ["*"],
            },
            {"Sid": "Idle", "Action": ["route53:A"], "Resource": ["*"]},
        ]
    },
    "management": {
        "Statement": [
            {
                "Sid": "Nodes",
                "Action": ["ssm:Send"],
                "Resource": ["arn:a:b:c:d:node/*"],
            },
            {
                "Sid": "Papers",
                "Action": ["ssm:Send"],
                "Resource": ["arn:a:b:c:d:doc/*"],
            },
        ]
    },
}
CALLS = {
    "first": [("ec2:A", "*")],
    "second": [("ssm:Send", "arn:a:b:c:d:doc/x"), ("ssm:Send", "arn:a:b:c:d:node/1")],
    "third": [("ec2:A", "*"), ("ec2:B", "*")],
}


@dataclass
class Rollout:
    """
    Phases that need what `CALLS` says; `mute` ones do not say what they lack.
    """

    mute: frozenset[str] = frozenset()
    broken: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    missed: list[Denied] = field(default_factory=list)

    def give(self, documents: Mapping[str, Any]) -> None:
        self.given = documents
        self.missed = []

    def denied(self) -> list[Denied]:
        return self.missed

    def attempt(self, phase: str) -> str:
        if phase == self.broken:
            return "out of order"
        for action, resource in CALLS[phase]:
            if not self._allows(action, resource):
                self.missed.append(Denied(OPERATOR, action, resource))
                return "no" if phase in self.mute else f"allow {action}"
        return ""

    def _allows(self, action: str, resource: str) -> bool:
        return any(
            speaking_of(self.given, part, action, resource)
            for part in parts(self.given, by_action=True)
        )


def swept(rollout: Any, *, by_action: bool) -> Sweep:
    """
    Return the sweep over all phases.
    """
    sweep = Sweep(rollout, DOCUMENTS, by_action=by_action)
    sweep.run(CALLS)
    return sweep


def test_every_statement_is_missed_once_in_the_order_of_its_use() -> None:
    sweep = swept(Rollout(), by_action=False)

    seen = [(o.part.sid, o.step, o.missing, o.caught) for o in sweep.outcomes]
    assert [
        ("Ec2", "first", "ec2:A", True),
        ("Papers", "second", "ssm:Send", True),
        ("Nodes", "second", "ssm:Send", True),
    ] == seen
    assert (Part("network", "Idle"),) == sweep.unneeded()


def test_every_action_is_missed_once() -> None:
    sweep = swept(Rollout(), by_action=True)

    assert ["ec2:A", "ssm:Send", "ssm:Send", "ec2:B"] == [
        outcome.part.action for outcome in sweep.outcomes
    ]
    assert {"ec2:Spare", "route53:A"} == {part.action for part in sweep.unneeded()}


def test_a_step_that_does_not_say_what_it_lacks_is_no_proof() -> None:
    sweep = swept(Rollout(mute=frozenset({"second"})), by_action=False)

    assert [True, False, False] == [outcome.caught for outcome in sweep.outcomes]


def test_a_step_that_stops_for_another_reason_ends_the_sweep() -> None:
    with pytest.raises(RuntimeError, match="first stopped, but no right lacked"):
        swept(Rollout(broken="first"), by_action=False)


def test_a_call_that_no_policy_allows_ends_the_sweep() -> None:
    rollout: Any = Rollout()
    sweep = Sweep(rollout, {"network": DOCUMENTS["network"]}, by_action=False)

    with pytest.raises(RuntimeError, match="no generated policy allows ssm:Send"):
        sweep.run(["second"])


def test_what_was_proved_before_is_trusted() -> None:
    rollout: Any = Rollout()
    sweep = Sweep(rollout, DOCUMENTS, by_action=False)
    sweep.trust([Part("network", "Ec2"), Part("elsewhere", "X")])
    sweep.run(["first", "third"])

    assert [] == sweep.outcomes


def test_policies_are_cut_to_some_of_their_parts() -> None:
    kept = only(
        DOCUMENTS, {Part("network", "Ec2", "ec2:B"), Part("management", "Nodes")}
    )

    assert [["ec2:B"]] == [each["Action"] for each in kept["network"]["Statement"]]
    assert ["Nodes"] == [each["Sid"] for each in kept["management"]["Statement"]]


def test_a_generated_policy_is_cut_while_a_step_runs_and_mended_after() -> None:
    params = params_with()

    seen: list[list[str]] = []

    class Bench:
        def attempt(self, step: str) -> str:
            policy = json.loads(iam_policies.core(params))
            seen.append([each["Sid"] for each in policy["Statement"]])
            missing = "IAM's policy simulator denies ssmmessages:X, ssmmessages:Y"
            return f"{step}: {missing}" if "Channels" not in seen[-1] else ""

    bench: Any = Bench()
    outcome = generated.attempt(bench, Part("nodes core", "Channels"))

    every = ["Agent", "Channels", "LegacyMessages"]
    assert [["Agent", "LegacyMessages"], every] == seen
    assert ("activation", "ssmmessages:X", True) == (
        outcome.step,
        outcome.missing,
        outcome.caught,
    )


def test_rows_show_the_hint_and_the_last_line_counts() -> None:
    part = Part("network", "Ec2", "ec2:A")
    good = Outcome(part, "first", "ec2:A", "AwsDenied: x\n  next: allow ec2:A for you")
    bad = Outcome(part)

    assert line(good).startswith("✅ network")
    assert line(good).endswith("allow ec2:A for you")
    assert line(bad).startswith("❌")
    assert "2 removals, 1 stopped a step" in summary([good, bad], [])
    assert "nobody missed" in summary([], [part])
