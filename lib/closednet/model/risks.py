"""
Whom a rollout touches besides the site's own servers, and what may go wrong.

A risk is data: which one, how grave, and the facts that its sentences need. The words
are the renderer's, one set a language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from closednet.model import network_design
from closednet.model.change import AnyChange, Create, Delete, Manual, Update
from closednet.model.specs.hosts import SsmAgentPackage
from closednet.model.specs.management import (
    AccessKey,
    Activation,
    ServiceSetting,
    SessionPreferences,
)
from closednet.model.specs.network import (
    EndpointNames,
    ForwardingRule,
    HostedZone,
    InterfaceEndpoint,
    NameOverride,
    regional_name,
)


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from closednet.model.change import Spec
    from closednet.model.demand import Demand
    from closednet.model.plan import RolloutPlan
    from closednet.params.site import SiteParams

Level = Literal["high", "medium", "low"]
ADOPTED: Final = "adopted"


@dataclass(frozen=True, slots=True)
class Risk:
    """
    One risk: its kind, how grave it is here, and facts by name.
    """

    kind: str
    level: Level
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Surrounding:
    """
    What else is there: users of the VPC by sort, zones of others in it, and what
    other sites of the account use.
    """

    users: tuple[tuple[str, int], ...] = ()
    zones: tuple[str, ...] = ()
    others: Mapping[str, frozenset[str] | None] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """
        How many network interfaces of others the VPC has.
        """
        return sum(number for _, number in self.users)


def risks(
    params: SiteParams,
    rollout: RolloutPlan,
    around: Surrounding,
    *,
    minutes: int,
    demand: Demand,
) -> tuple[Risk, ...]:
    """
    Return the risks of a rollout or of its undoing, the gravest first.
    """
    new = [spec for change in rollout.changes if (spec := _made(change)) is not None]
    found = [
        *_names(params, new, around),
        *_account_wide(params, new),
        *_servers(params, new),
        *_going(rollout),
        *_adopted(rollout),
        *_windows(demand, minutes),
    ]
    order = ("high", "medium", "low")
    return tuple(sorted(found, key=lambda risk: order.index(risk.level)))


def _made(change: AnyChange) -> Spec | None:
    match change:
        case Create(new=spec) | Update(new=spec):
            return spec
        case Manual(spec=spec, undo=False):
            return spec
        case _:
            return None


def _names(params: SiteParams, new: list[Spec], around: Surrounding) -> Iterator[Risk]:
    network = params.network
    grave: Level = "high" if around.count else "low"
    facts = {
        "vpc": network.vpc_id,
        "users": str(around.count),
        "sources": ", ".join(network.on_premises_cidrs),
    }
    services = [s.service for s in new if isinstance(s, InterfaceEndpoint)]
    private = [
        regional_name(s.service, params.region)
        for s in new
        if isinstance(s, InterfaceEndpoint) and s.private_dns
    ]
    if private:
        yield Risk("private-dns", grave, facts | {"names": ", ".join(private)})
    zones = [s.name for s in new if isinstance(s, HostedZone)]
    if zones:
        named = {"zone": ", ".join(zones), "bucket": params.output.bucket}
        yield Risk("hosted-zone", grave, facts | named)
    yield from _moved_names(params, new, facts, grave)
    rules = [s.zone for s in new if isinstance(s, ForwardingRule)]
    if rules:
        yield Risk(
            f"forwarding-{params.name_resolution.forwarding}",
            "high" if params.name_resolution.forwarding == "broad" else "medium",
            {
                "servers": ", ".join(network.dns_servers),
                "zones": ", ".join(rules),
                "targets": ", ".join(network_design.inbound_ips(params)),
            },
        )
    if services:
        yield Risk("cost-begins", "low", {"services": str(len(services))})


def _moved_names(
    params: SiteParams, new: list[Spec], facts: dict[str, str], grave: Level
) -> Iterator[Risk]:
    """
    Yield what S3's own names bring along, and what a move of them does meanwhile.
    """
    zone = network_design.zone_name(params)
    for spec in new:
        if isinstance(spec, EndpointNames):
            level = grave if spec.answers == "vpc" else "medium"
            named = {"zone": zone, "bucket": params.output.bucket}
            yield Risk(f"endpoint-names-{spec.answers}", level, facts | named)
        if isinstance(spec, NameOverride):
            named = {"zone": zone, "servers": ", ".join(spec.servers)}
            yield Risk("names-move", grave, facts | named)


def _account_wide(params: SiteParams, new: list[Spec]) -> Iterator[Risk]:
    facts = {"account": params.accounts.management.id, "region": params.region}
    for spec in new:
        match spec:
            case ServiceSetting(value=value):
                price = f"{params.prices.advanced_node_hour:g}"
                yield Risk("tier", "medium", facts | {"value": value, "price": price})
            case SessionPreferences():
                minutes = str(params.session.idle_timeout_minutes)
                yield Risk("session-preferences", "medium", facts | {"idle": minutes})
            case Activation(limit=limit, expires_in_hours=hours):
                yield Risk(
                    "activation",
                    "medium",
                    {
                        "limit": str(limit),
                        "hours": str(hours),
                        "store": params.activation.secret_store,
                    },
                )
            case AccessKey(user=user):
                yield Risk("access-key", "high", {"user": user})
            case _:
                pass


def _servers(params: SiteParams, new: list[Spec]) -> Iterator[Risk]:
    hosts = [spec.host for spec in new if isinstance(spec, SsmAgentPackage)]
    if not hosts:
        return
    yield Risk("root", "medium", {"account": params.accounts.management.id})
    yield Risk(
        "agents",
        "low",
        {
            "hosts": str(len(hosts)),
            "at_once": str(params.rollout.max_concurrency),
            "errors": str(params.rollout.max_errors),
        },
    )
    if params.rollout.delete_logs_on_rollback:
        groups = dict.fromkeys(
            [
                params.output.command_log_group,
                params.output.session_log_group,
                *params.cloudwatch.retention(),
            ]
        )
        yield Risk("logs-go", "medium", {"groups": ", ".join(groups)})


def _going(rollout: RolloutPlan) -> Iterator[Risk]:
    gone = [c for c in rollout.changes if isinstance(c, Delete)]
    run = next((plan.undoes for plan in rollout.plans if plan.undoes), "")
    if gone:
        yield Risk("removal", "high", {"number": str(len(gone)), "run": run})


def _adopted(rollout: RolloutPlan) -> Iterator[Risk]:
    names = [
        kept.key for p in rollout.plans for kept in p.kept if ADOPTED in kept.reason
    ]
    if names:
        yield Risk("adopted", "medium", {"names": ", ".join(names)})


def _windows(demand: Demand, minutes: int) -> Iterator[Risk]:
    for window in demand.windows:
        if window.minutes < minutes:
            facts = {"window": str(window), "minutes": str(minutes)}
            yield Risk("short-window", "high", facts)
