"""
Looks at a site years later: what differs from its archive, and what breaks soon.

Reads only; a client of AWS that would write refuses to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from closednet import registry
from closednet.errors import ClosednetError, LookupFailed, PreconditionError
from closednet.evidence import approved, baseline, drift, portrait
from closednet.evidence.run_folder import utc_now
from closednet.hosts.inventory import FactsSource, HandedBack, is_by_hand
from closednet.model import foresight
from closednet.run import strangers
from closednet.run.deadlines import deadlines
from closednet.run.instructed import refuse_instruct


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from closednet.evidence.baseline import Baseline
    from closednet.evidence.drift import Drift, Stranger
    from closednet.evidence.portrait import Portrait, Section
    from closednet.hosts.facts import HostFacts
    from closednet.model.canonical import Json
    from closednet.model.change import Spec
    from closednet.model.foresight import Warned
    from closednet.model.step import Step
    from closednet.site import Site

NOW: Final = "now"


@dataclass(frozen=True, slots=True)
class Audit:
    """
    What an audit found; `unread` is what could not be asked, and why.
    """

    before: Portrait
    now: Portrait
    drifts: tuple[Drift, ...]
    warnings: tuple[Warned, ...]
    broken: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def unapproved(self) -> tuple[Drift, ...]:
        """
        The differences that nobody approved.
        """
        return tuple(one for one in self.drifts if not one.approved)

    def to_json(self) -> dict[str, Json]:
        """
        Return the findings as JSON data.
        """
        return {
            "site": self.before.site,
            "against": self.before.run_id,
            "same": not self.drifts,
            "unapproved": len(self.unapproved),
            "drift": [one.to_json() for one in self.drifts],
            "warnings": [_warning(one) for one in self.warnings],
            "broken_archives": list(self.broken),
            "unread": list(self.unread),
        }


def audit(
    site: Site,
    archive: Path,
    *,
    ahead_days: int,
    clock: Callable[[], datetime] = utc_now,
) -> Audit:
    """
    Return how a site differs from its archive; nothing is written anywhere.

    Raises:
        EvidenceError: The archive does not hold.
        PreconditionError: It is of another site.
        WrongAccountError: The credentials belong to another account.
    """
    refuse_instruct(site)
    site = replace(site, read_only=True)
    held = baseline.read(archive)
    if held.site != site.params.site:
        raise PreconditionError(
            f"{archive.name} is an archive of {held.site}, not of {site.params.site}",
            hint="give an archive of this site, from evidence/SITE/",
        )
    site.confirm_accounts()
    look = _Look(site, held)
    now = look.portrait()
    before = baseline.as_portrait(held)
    register = approved.read(site.evidence_root, site.params.site)
    found = drift.of(held, before, now, register)
    ends = deadlines(site, archive, look.facts)
    return Audit(
        before,
        now,
        (*found, *drift.strange(look.strangers(), register.since(held.ended))),
        foresight.warnings(ends, clock(), ahead_days=ahead_days),
        register.broken,
        tuple(look.unread),
    )


class _Look:
    """
    One look at the world, which goes on where something cannot be asked.
    """

    def __init__(self, site: Site, held: Baseline) -> None:
        self.site = site
        self.held = held
        self.unread: list[str] = []
        self.facts: dict[str, HostFacts] = {}

    def portrait(self) -> Portrait:
        params = self.site.params
        servers = self._servers()
        digest = self.site.scope.params_digest
        sections: dict[str, Section] = {
            "resources": self._resources(),
            "parameters": baseline.parameters(params),
            "DNS answers": self._answers(),
            "servers": servers,
            "site": {"params_digest": {"": digest}},
        }
        return portrait.Portrait(params.site, NOW, sections)

    def strangers(self) -> tuple[Stranger, ...]:
        try:
            return strangers.of(self.site, self.held.resources)
        except ClosednetError as err:
            self.unread.append(f"what others put into our places: {err.message}")
            return ()

    def _resources(self) -> Section:
        found: Section = {}
        for name in registry.NAMES:
            step = registry.build(name, self.site)
            for kind in step.kinds():
                wanted = self._wanted(step, kind.spec_type)
                try:
                    seen: Any = kind.find(wanted) if wanted else {}
                except ClosednetError as err:
                    self.unread.append(f"{name}: {err.message}")
                    # What cannot be asked has neither changed nor vanished.
                    seen = {}
                    for spec in wanted:
                        if spec.key in self.held.resources:
                            was = self.held.resources[spec.key]
                            found[spec.key] = portrait.thing(was.spec, was.resource_id)
                for key, one in seen.items():
                    found[key] = portrait.thing(one.spec, one.resource_id)
        return found

    def _wanted(self, step: Step, spec_type: type[Any]) -> list[Any]:
        """
        Return the specs to look for: those of the archive, then those of today.
        """
        hosts = {host.name for host in self.site.params.hosts}
        specs: dict[str, Spec] = {
            key: one.spec
            for key, one in self.held.resources.items()
            if one.spec is not None and getattr(one.spec, "host", "") in {"", *hosts}
        }
        for spec in _desired(step):
            specs.setdefault(spec.key, spec)
        return [spec for spec in specs.values() if isinstance(spec, spec_type)]

    def _answers(self) -> Section:
        """
        Ask every question of the archive again.
        """
        found: Section = {}
        for key in self.held.answers:
            question, _, server = key.partition(" at ")
            name, _, rdtype = question.partition(" ")
            if server not in self._places():
                continue
            try:
                answer = self.site.lookup.at(server, name, rdtype or "A")
            except LookupFailed as err:
                found[key] = {"": err.rcode or "no answer"}
                continue
            found[key] = {"": ", ".join(sorted(answer.addresses)) or answer.rcode}
        return found

    def _places(self) -> set[str]:
        network = self.site.params.network
        inbound = {subnet.inbound_ip for subnet in network.subnets}
        return inbound | set(network.dns_servers)

    def _servers(self) -> Section:
        """
        Ask the servers for facts, each by itself; carried scripts answer as before.
        """
        carried = HandedBack(self.site.params_file.parent / "handover")
        source = FactsSource(self.site.fleet, carried)
        found: Section = {}
        for host in self.site.params.hosts:
            try:
                one = source.of([host.name]).get(host.name)
            except ClosednetError as err:
                self.unread.append(f"server {host.name}: {err.message}")
                one = None
            if one is not None:
                self.facts[host.name] = one
                found[host.name] = portrait.server(one)
            elif host.name in self.held.portrait.sections["servers"]:
                was = self.held.portrait.sections["servers"][host.name]
                found[host.name] = was
            if one is None and is_by_hand(host):
                self.unread.append(f"server {host.name}: it is worked on by hand")
        return found


def _desired(step: Step) -> Iterable[Spec]:
    try:
        return step.desired()
    except ClosednetError:
        return ()


def _warning(one: Warned) -> dict[str, Json]:
    return {
        "kind": one.deadline.kind,
        "subject": one.deadline.subject,
        "when": one.deadline.when.isoformat(),
        "state": one.state,
        "days": one.days,
        "effect": one.deadline.effect,
        "remedy": one.deadline.remedy,
    }
