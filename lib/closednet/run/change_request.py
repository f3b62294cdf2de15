"""
Gathers what a change advisory board is told about a rollout, or about its undoing.
"""

from __future__ import annotations

import math

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from closednet import engine, registry
from closednet.aws import vpc_users
from closednet.aws.calls import is_mutating
from closednet.aws.neighbours import Neighbours
from closednet.aws.zones import HostedZones
from closednet.errors import LookupFailed
from closednet.evidence.change_request import RequestFile
from closednet.model import costs, demand, handover, network_design
from closednet.model.change import Create, Manual, Update, key_of
from closednet.model.change_request import ChangeRequest, Lasting, NameUse, StepRequest
from closednet.model.neighbour_risks import changes_preferences, neighbour_risks
from closednet.model.risks import Surrounding, risks
from closednet.model.specs.network import (
    EndpointNames,
    ForwardingRule,
    HostedZone,
    InterfaceEndpoint,
    regional_name,
)
from closednet.run import covered
from closednet.run.run import calls_of


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.change import AnyChange
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.model.step import Step
    from closednet.site import Site

CHECKING_MINUTES: Final = 2
ROLLBACK_NOTEBOOK: Final = "90-rollback"
ON_SERVERS: Final = ("ssm-agent", "cloudwatch-agent")
# Permissions that operations need, not operations by themselves.
PERMISSIONS: Final = ("iam:PassRole", "route53:AssociateVPCWithHostedZone")
PRIVATE: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)


def build(
    site: Site, rollout: RolloutPlan, steps: Iterable[Step] | None = None
) -> RequestFile:
    """
    Return the change request for a rollout; reads only.

    Args:
        site: Where it is to be applied.
        rollout: The plans of all steps, or those that undo a run.
        steps: The steps of the plans, in their order; by default of a rollout.
    """
    taken = _taken(site, rollout)
    names = tuple(NameUse(name, by, _today(site, name)) for name, by in taken)
    around = _around(site) if names else Surrounding()
    if changes_preferences(rollout.changes):
        around = replace(around, others=Neighbours(site.management).marks())
    return assemble(site, rollout, steps, names=names, around=around)


def assemble(
    site: Site,
    rollout: RolloutPlan,
    steps: Iterable[Step] | None = None,
    *,
    names: tuple[NameUse, ...] = (),
    around: Surrounding,
) -> RequestFile:
    """
    Return the change request from what was read already; nobody is asked.
    """
    built = steps or [registry.build(plan.step, site) for plan in rollout.plans]
    undoes = next((plan.undoes for plan in rollout.plans if plan.undoes), "")
    params = site.params
    demanded = demand.of(params.approvals, rollback=bool(undoes))
    told = tuple(
        _step(site, step, plan) for step, plan in zip(built, rollout.plans, strict=True)
    )
    minutes = sum(step.minutes for step in told)
    rules = () if undoes else handover.firewall(params)
    file = handover.forwarder_file(params)
    forwards = any(map(_is_forwarding, rollout.changes))
    request = ChangeRequest(
        simulated=params.connection.simulated,
        undoes=undoes,
        steps=told,
        waits_minutes=params.rollout.manual_wait_minutes,
        costs=() if undoes else costs.monthly(params),
        prices_as_of=params.prices.as_of,
        names=names,
        users=around.users,
        zones=around.zones,
        risks=(
            *neighbour_risks(params, rollout.changes, around.others),
            *risks(params, rollout, around, minutes=minutes, demand=demanded),
        ),
        firewall=rules,
        dns_product=params.name_resolution.dns_product,
        forwarder=handover.files(params, rules)[file] if forwards else "",
        forwarder_file=file,
        vpc=params.network.vpc_id,
        dns_servers=params.network.dns_servers,
        demand=demanded,
        covers=covered.covers(site),
        cells=covered.cells(),
    )
    return RequestFile(rollout, request)


def _is_forwarding(change: AnyChange) -> bool:
    return isinstance(change, Manual) and isinstance(change.spec, ForwardingRule)


def _step(site: Site, step: Step, plan: Plan) -> StepRequest:
    entry = registry.entry(step.name)
    calls = calls_of(step, plan)
    return StepRequest(
        step=step.name,
        notebook=ROLLBACK_NOTEBOOK if plan.undoes else entry.notebook,
        minutes=_minutes(site, step.name, entry.minutes, plan),
        writes=tuple(call for call in calls if _writes(call)),
        reads=tuple(call for call in calls if not _writes(call)),
        lasting=tuple(
            Lasting(key_of(change), what)
            for change in plan.changes
            if (what := _what_stays(step, plan, change))
        ),
    )


def _what_stays(step: Step, plan: Plan, change: AnyChange) -> str:
    if isinstance(change, Create | Update) or plan.undoes:
        return engine.kind_of(step, change).irreversible(engine.spec_of(change))
    return ""


def _writes(call: str) -> bool:
    return is_mutating(call.partition(":")[2]) and call not in PERMISSIONS


def _minutes(site: Site, step: str, minutes: int, plan: Plan) -> int:
    """
    Return the estimate of a step: servers are worked on in waves.
    """
    if not plan.changes:
        return CHECKING_MINUTES
    if step not in ON_SERVERS:
        return minutes
    at_once = site.params.rollout.max_concurrency
    return minutes * math.ceil(len(site.params.hosts) / at_once)


def _taken(site: Site, rollout: RolloutPlan) -> list[tuple[str, str]]:
    """
    Return the names that will be answered otherwise, and by what.
    """
    region = site.params.region
    found: list[tuple[str, str]] = []
    for change in rollout.changes:
        if isinstance(change, Create | Update):
            spec = change.new
            if isinstance(spec, InterfaceEndpoint) and spec.private_dns:
                found.append((regional_name(spec.service, region), "endpoint"))
            if isinstance(spec, HostedZone):
                found.append((spec.name, "zone"))
            if isinstance(spec, EndpointNames):
                found.append((regional_name(spec.service, region), "endpoint"))
    return found


def _today(site: Site, name: str) -> str:
    """
    Return how the site's DNS servers answer a name now: private, public, or not.
    """
    answers: set[str] = set()
    for server in site.params.network.dns_servers:
        try:
            addresses = site.lookup.at(server, name).addresses
        except LookupFailed:
            return "unknown"
        answers |= {_sort(address) for address in addresses} or {"none"}
    return answers.pop() if len(answers) == 1 else "both"


def _sort(address: str) -> str:
    inside = any(ip_address(address) in network for network in PRIVATE)
    return "private" if inside else "public"


def _around(site: Site) -> Surrounding:
    vpc = site.params.network.vpc_id
    ours = {network_design.zone_name(site.params)}
    zones = HostedZones(site.network).associated(vpc)
    return Surrounding(
        users=vpc_users.users(site.network, vpc),
        zones=tuple(
            f"{name} ({owner})"
            for name, (_, owner) in sorted(zones.items())
            if name not in ours and owner.isdigit()
        ),
    )
