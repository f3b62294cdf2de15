"""
`make policies` takes every statement away; here those of one step go, on a branch.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from closednet.params.load import load
from closednet_rehearsal.branching.folders import EVIDENCE
from closednet_rehearsal.least_privilege import disturb, generated, proofs
from closednet_rehearsal.least_privilege.bench import Bench
from closednet_rehearsal.least_privilege.removal import Part
from closednet_rehearsal.least_privilege.sweep import Sweep
from closednet_rehearsal.operator import generated as operator_policies
from closednet_rehearsal.running import Running
from tests.rehearsal_laws.stories import world


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.chaos.rollout import Rollout

pytestmark = pytest.mark.rehearsal


@contextmanager
def bench_before(step: str, grown: Rollout) -> Iterator[Bench]:
    """
    Let this process be the operator on a branch that begins before a step.
    """
    folder = grown.folder / f"rights-{step}"
    with world(grown.until(step).begun.before.branch(folder)) as here:
        ready = here.branch.ready
        running = Running(
            ready.endpoint_url,
            Path(ready.connection_file),
            Path(ready.work_dir),
            Path(here.params_file),
            ready.pid,
        )
        yield Bench(running, folder / EVIDENCE)


def test_every_statement_that_a_step_uses_is_missed_and_named(grown: Rollout) -> None:
    """
    The reads that preflight can do without are rights that it asks for, too.
    """
    with bench_before("preflight", grown) as bench:
        sweep = Sweep(bench, operator_policies(bench.params_file), by_action=False)
        sweep.run(["preflight"])

    assert [] == [outcome for outcome in sweep.outcomes if not outcome.caught]
    assert {"Ec2", "Quotas", "Route53", "Route53Resolver", "OutputBucket"} <= {
        outcome.part.sid for outcome in sweep.outcomes
    }


def test_the_generated_rights_are_enough_to_mend_what_somebody_changed(
    grown: Rollout,
) -> None:
    with bench_before("cloudwatch-agent", grown) as bench:
        disturb.afterwards(bench)
        bench.give(operator_policies(bench.params_file))
        said = [bench.attempt(step) for step in proofs.UPDATED]

        assert len(said) * [""] == said
        assert [] == [denied for denied in bench.denied() if denied.of_operator]


def test_a_statement_that_servers_miss_is_named_before_they_do(grown: Rollout) -> None:
    with bench_before("inbound-endpoint", grown) as bench:
        bench.give(operator_policies(bench.params_file))
        parts = generated.removals(proofs.server_policies(load(bench.params_file)))
        part = next(part for part in parts if "endpoint ssm" == part.policy)
        outcome = generated.attempt(bench, part)

    assert Part("endpoint ssm", part.sid) == outcome.part
    assert outcome.caught
    assert outcome.missing
