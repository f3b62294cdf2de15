"""
Checks that what answers S3's names is what the parameters chose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model import network_design
from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from closednet.model.change import Found, Spec
    from closednet.params.site import SiteParams


def association(params: SiteParams, seen: Mapping[str, tuple[str, str]]) -> Check:
    """
    Check that the VPC sees the zone; `seen` are its zones by name.
    """
    vpc_id, zone = params.network.vpc_id, network_design.zone_name(params)
    found = seen.get(zone)
    return Check(
        f"the zone {zone} is associated with the VPC of the endpoints",
        found is not None,
        "not associated" if found is None else f"{found[0]} with {vpc_id}",
        ("S7",),
        subject=zone,
        remedy="plan this step again: it associates the zone",
    )


def own_names(
    params: SiteParams, desired: Iterable[Spec], observed: Mapping[str, Found[Spec]]
) -> Iterator[Check]:
    """
    Check that the endpoint answers its names itself, and what that needs.
    """
    for spec in desired:
        found = observed.get(spec.key)
        yield Check(
            f"{spec.key} is as {params.name_resolution.s3} needs it",
            found is not None and found.spec == spec,
            "absent" if found is None else found.resource_id,
            ("S7",),
            subject=spec.key,
            remedy="plan this step again: it is changed in place",
        )


def not_needed(params: SiteParams) -> Check:
    """
    Say that there is nothing to answer.
    """
    return Check(
        "no zone is needed, because the site does not reach S3",
        passed=True,
        evidence=f"services: {', '.join(params.endpoints.services)}",
        proves=("S7",),
    )
