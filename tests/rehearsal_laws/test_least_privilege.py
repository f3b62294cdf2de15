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
from closednet_rehearsal.chaos.rollout import KEYED
from closednet_rehearsal.least_privilege import generated, proofs
from closednet_rehearsal.least_privilege.bench import Bench
from closednet_rehearsal.least_privilege.removal import Part, parts
from closednet_rehearsal.least_privilege.sweep import Sweep
from closednet_rehearsal.operator import generated as operator_policies
from closednet_rehearsal.running import Running
from tests.rehearsal_laws.stories import world


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.chaos.done import Begun
    from closednet_rehearsal.chaos.rollout import Rollout

pytestmark = pytest.mark.rehearsal


@contextmanager
def bench_before(begun: Begun, folder: Path) -> Iterator[Bench]:
    """
    Let this process be the operator on a branch that begins before a step.
    """
    with world(begun.before.branch(folder)) as here:
        ready = here.branch.ready
        running = Running(
            ready.endpoint_url,
            Path(ready.connection_file),
            Path(ready.work_dir),
            Path(ready.work_dir) / begun.params,
            ready.pid,
        )
        yield Bench(running, folder / EVIDENCE)


def test_every_statement_that_a_step_uses_is_missed_and_named(grown: Rollout) -> None:
    """
    The reads that preflight can do without are rights that it asks for, too.
    """
    begun = grown.until("preflight").begun
    with bench_before(begun, grown.folder / "rights-preflight") as bench:
        sweep = Sweep(bench, operator_policies(bench.params_file), by_action=False)
        sweep.run(["preflight"])

    assert [] == [outcome for outcome in sweep.outcomes if not outcome.caught]
    assert {"Ec2", "Quotas", "Route53", "Route53Resolver", "OutputBucket"} <= {
        outcome.part.sid for outcome in sweep.outcomes
    }


def test_a_statement_that_servers_miss_is_named_before_they_do(grown: Rollout) -> None:
    begun = grown.until("inbound-endpoint").begun
    with bench_before(begun, grown.folder / "rights-inbound-endpoint") as bench:
        bench.give(operator_policies(bench.params_file))
        removals = generated.removals(proofs.server_policies(load(bench.params_file)))
        part = next(part for part in removals if "endpoint ssm" == part.policy)
        outcome = generated.attempt(bench, part)

    assert Part("endpoint ssm", part.sid) == outcome.part
    assert outcome.caught
    assert outcome.missing


def test_the_rights_of_the_cloudwatch_agents_user_are_missed_too(
    grown: Rollout,
) -> None:
    """
    A site whose agents have an access key: rights to make the user, and its own.
    """
    begun = grown.with_access_key().begun
    with bench_before(begun, grown.folder / "rights-user") as bench:
        documents = operator_policies(bench.params_file)
        sweep = Sweep(bench, documents, by_action=False)
        every = parts(documents, by_action=False)
        sweep.trust(part for part in every if "CloudWatchUser" != part.sid)
        sweep.run([KEYED])
        bench.give(documents)
        removals = generated.removals(proofs.server_policies(load(bench.params_file)))
        of_user = [part for part in removals if "CloudWatch user" == part.policy]
        outcomes = [*sweep.outcomes, generated.attempt(bench, of_user[0])]

    assert ["CloudWatchUser", of_user[0].sid] == [each.part.sid for each in outcomes]
    assert [True, True] == [each.caught for each in outcomes]
