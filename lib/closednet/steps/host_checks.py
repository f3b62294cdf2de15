"""
Checks of the servers before the first write: reached, and fit for both agents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.errors import HostError
from closednet.hosts.fitness import Wanted, clones, fitness
from closednet.hosts.health import Health
from closednet.model.causes.cause import Diagnosis, together
from closednet.model.report import Check
from closednet.model.specs.network import regional_name


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from closednet.params.site import SiteParams


def host_checks(
    params: SiteParams,
    seen: Mapping[str, Health | HostError],
    node_ids: Callable[[], frozenset[str]],
) -> Iterator[Check]:
    """
    Yield two checks a server that scripts are run on; the second needs the first.
    """
    fleet = {name: one for name, one in seen.items() if isinstance(one, Health)}
    registered = any(one.node_id for one in fleet.values())
    ours = node_ids() if registered else frozenset()
    twins = clones(fleet.values())
    names = tuple(regional_name(s, params.region) for s in params.endpoints.services)
    hosts = {host.name: host for host in params.hosts}
    silent = len(seen) - len(fleet)
    tolerated = silent <= params.rollout.max_errors
    for name, one in seen.items():
        yield _reached(name, one, tolerated=tolerated)
        if isinstance(one, Health):
            wanted = Wanted(hosts[name], params.site, params.region, names, ours)
            found = together((fitness(one, wanted), twins.get(name, Diagnosis())))
            yield _fit(name, one, found)


def _reached(name: str, one: Health | HostError, *, tolerated: bool) -> Check:
    claim = f"server {name} is reached over its connector"
    if isinstance(one, HostError):
        return Check(
            claim,
            tolerated,
            one.message + ("; it will be quarantined" if tolerated else ""),
            ("S1",),
            subject=name,
            remedy=one.hint,
            causes=one.causes,
        )
    return Check(claim, True, "a script ran and ended well", ("S1",), subject=name)


def _fit(name: str, one: Health, found: Diagnosis) -> Check:
    check = Check(
        f"server {name} is fit for both agents",
        not found,
        "; ".join(f"{f.what}: {f.evidence}" for f in found.named)
        or f"{one.os}, {one.arch}, {one.init}; disks, clock and identity are right",
        ("S1", "S8"),
        subject=name,
        remedy="mend what is named",
    )
    return check.explained(found)
