"""
All proofs in the order in which they cost least: one rollout, cut short many times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet import registry
from closednet.model import iam_policies, network_design
from closednet.params.load import load
from closednet_rehearsal.least_privilege import disturb, generated
from closednet_rehearsal.least_privilege.bench import ROLLBACK
from closednet_rehearsal.least_privilege.sweep import Sweep
from closednet_rehearsal.operator import generated as operator_policies


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet.params.site import SiteParams
    from closednet_rehearsal.least_privilege.bench import Bench
    from closednet_rehearsal.least_privilege.removal import Part
    from closednet_rehearsal.least_privilege.sweep import Outcome

UPDATED: Final = ("endpoints", "inbound-endpoint", "activation", "iam-attach")
# The names of requests are used up: the second ones find that out. A zone is judged
# by what the inbound endpoint answers.
AGAIN: Final = ("endpoints", "inbound-endpoint", "hosted-zone")


def everything(
    bench: Bench, told: Callable[[Outcome], None], *, by_action: bool
) -> tuple[Part, ...]:
    """
    Prove the operator's policies along a rollout and its rollback; those of nodes and
    endpoints in between. Return what nobody missed.
    """
    documents = operator_policies(bench.params_file)
    sweep = Sweep(bench, documents, by_action=by_action)
    sweep.run(registry.NAMES, told)
    disturb.afterwards(bench)
    sweep.run((*UPDATED, "cloudwatch-agent"), told)
    bench.give(documents)
    for part in generated.removals(server_policies(load(bench.params_file))):
        told(generated.attempt(bench, part))
    sweep.run((ROLLBACK, *AGAIN), told)
    return sweep.unneeded()


def server_policies(params: SiteParams) -> dict[str, str]:
    """
    Return the policies that servers live by, by the names that the table gives them.
    """
    policies = {
        name: getattr(iam_policies, function)(params)
        for function, (_, name) in generated.NODES.items()
        if function != "cloudwatch_user" or params.cloudwatch.credentials == "iam-user"
    }
    for spec in network_design.interface_endpoints(params, "aws"):
        policies[f"endpoint {spec.service}"] = spec.policy
    return policies
