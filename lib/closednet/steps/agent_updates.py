"""
The claims about an update schedule: that it is there, and that it ran everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.report import Check
from closednet.steps.patience import eventually


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.associations import Associations
    from closednet.aws.nodes import ManagedNode
    from closednet.model.specs.management import Association
    from closednet.waiting import Waiting


def update_checks(
    associations: Associations,
    wanted: Association,
    nodes: Mapping[str, ManagedNode | None],
    waiting: Waiting,
    *,
    proves: tuple[str, ...] = ("S14",),
) -> tuple[Check, ...]:
    """
    Check that the association is as wanted and succeeded on every server.

    `nodes` names every server of the inventory; one without a node fails.
    """
    found = associations.find([wanted]).get(wanted.key)
    schedule = found.spec.schedule if found else "no such association"
    ids = {node.node_id for node in nodes.values() if node is not None}

    def all_succeeded(seen: Mapping[str, str]) -> bool:
        return all(seen.get(node_id) == "Success" for node_id in ids)

    results = eventually(
        waiting, lambda: associations.results(wanted.name), good=all_succeeded
    )
    return (
        Check(
            f"{wanted.document} is scheduled for the nodes of this site alone",
            found is not None and found.spec == wanted,
            f"{schedule}, tag {wanted.target_tag}={wanted.target_value}",
            proves=proves,
            subject=wanted.name,
            remedy="run this step again",
        ),
        *(
            _ran(wanted.document, name, node, results, proves)
            for name, node in nodes.items()
        ),
        _alone(wanted, associations.beside(wanted, ids), proves),
    )


def _alone(
    wanted: Association, others: tuple[tuple[str, str], ...], proves: tuple[str, ...]
) -> Check:
    """
    Check that nothing else updates the nodes at hours that nobody chose.

    At a rate there are no such hours: the console's own schedule does no harm then.
    """
    seen = "; ".join(f"{name}, {schedule}" for name, schedule in others)
    return Check(
        f"no other schedule runs {wanted.document} here outside the hours of this site",
        not others or wanted.schedule.startswith("rate("),
        f"beside it: {seen}" if others else "there is none",
        proves=proves,
        subject=wanted.name,
        remedy="have the owner of the other association leave these nodes out",
    )


def _ran(
    document: str,
    host: str,
    node: ManagedNode | None,
    results: Mapping[str, str],
    proves: tuple[str, ...],
) -> Check:
    node_id = node.node_id if node else "no node"
    status = results.get(node_id, "did not run yet")
    return Check(
        f"{document} ran on {host} and succeeded",
        status == "Success",
        f"{node_id}: {status}",
        proves=proves,
        subject=host,
        remedy="read the output of the association's last command there",
    )
