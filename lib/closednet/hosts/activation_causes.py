"""
Why Systems Manager refused a registration, decided by its list of activations. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.causes import Diagnosis, find


if TYPE_CHECKING:
    from collections.abc import Collection

    from closednet.hosts.needs import ListedActivation
    from closednet.model.causes import Finding


def refused(
    left_open: Collection[str], activation_id: str, listed: ListedActivation | None
) -> Diagnosis:
    """
    Return which of the causes that a refusal leaves open it is.

    `listed` is the activation of the id in the store as AWS describes it, if it does.
    """
    named = [
        finding
        for finding in (
            _unknown_or_code(left_open, activation_id, listed),
            _expired(left_open, activation_id, listed),
            _exhausted(left_open, activation_id, listed),
        )
        if finding is not None
    ]
    return Diagnosis(tuple(named)) if named else Diagnosis((), tuple(left_open))


def _unknown_or_code(
    left_open: Collection[str], activation_id: str, listed: ListedActivation | None
) -> Finding | None:
    if "activation-unknown" not in left_open:
        return None
    if listed is None:
        evidence = f"InvalidActivation, and AWS does not list {activation_id}"
        return find("activation-unknown", evidence, activation_id)
    evidence = f"InvalidActivation, though AWS lists {activation_id}"
    return find("activation-code-wrong", evidence, activation_id)


def _expired(
    left_open: Collection[str], activation_id: str, listed: ListedActivation | None
) -> Finding | None:
    # amazon-ssm-agent#134: an agent that takes its server for EC2's says so, too.
    if "activation-expired" not in left_open or listed is None or not listed.expired:
        return None
    evidence = f"AWS lists {activation_id} as expired"
    return find("activation-expired", evidence, activation_id)


def _exhausted(
    left_open: Collection[str], activation_id: str, listed: ListedActivation | None
) -> Finding | None:
    if "activation-exhausted" not in left_open or listed is None:
        return None
    if listed.room > 0:
        evidence = f"{activation_id} has room for {listed.room} more"
        return find("tier-node-limit", evidence, activation_id)
    evidence = f"{listed.registrations} servers registered with {activation_id}"
    return find("activation-exhausted", evidence, activation_id)
