"""
Everything that closednet can name as the cause of a trouble, by its id.

A symptom has many possible causes, a cause one remedy and one owner. Rules name a
cause only with the evidence that excludes its neighbours; where the evidence leaves
several, all of them are listed as open and none is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.causes import agents, aws, dns, hosts, iam, network
from closednet.model.causes.cause import Cause, Diagnosis, Finding


if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CAUSES", "Cause", "Diagnosis", "Finding", "find"]

CAUSES: Final[Mapping[str, Cause]] = {
    cause.id: cause
    for area in (dns, network, aws, iam, hosts, agents)
    for cause in area.CAUSES
}


def find(cause_id: str, evidence: str, subject: str = "", **names: str) -> Finding:
    """
    Return the finding that `cause_id` holds; `names` fill in its remedy.
    """
    cause = CAUSES[cause_id]
    return Finding(
        cause.id, subject, cause.what, evidence, cause.remedy_for(**names), cause.who
    )
