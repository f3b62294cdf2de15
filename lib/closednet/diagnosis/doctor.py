"""
Examines a site from every vantage point, as far as the rollout has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet.aws.nodes import ManagedNodes
from closednet.diagnosis import names, network, policies, servers
from closednet.diagnosis.reading import read
from closednet.errors import HostError
from closednet.hosts.facts import parse
from closednet.hosts.inventory import is_by_hand
from closednet.hosts.scripts import render
from closednet.hosts.ssm_checks import reached
from closednet.model.causes import Diagnosis
from closednet.model.causes.cause import together
from closednet.model.specs.network import domain, regional_name


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.diagnosis.reading import Reading
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.ssm_checks import Reached
    from closednet.params.site import Host, SiteParams
    from closednet.site import Site

# What has been made once these steps are behind us.
STAGES: Final = ("preflight", "endpoints", "inbound-endpoint", "hosted-zone", "servers")


def silently(_: str) -> None:
    """
    Tell nobody what is looked at.
    """


@dataclass
class Doctor:
    """
    Looks once at everything that it needs, and says what is wrong.
    """

    site: Site
    tell: Callable[[str], None] = silently
    unseen: list[str] = field(default_factory=list)
    _reading: Reading | None = field(default=None)

    @property
    def reading(self) -> Reading:
        """
        The network account as it was when somebody first asked.
        """
        if self._reading is None:
            self.tell("reading the network account")
            self._reading = read(self.site)
        return self._reading

    def stage(self) -> str:
        """
        Return how far the rollout has come: the last stage of which anything exists.
        """
        seen = self.reading
        nodes = ManagedNodes(self.site.management).of_site(self.site.params.site)
        if seen.records or nodes:
            return "servers"
        if seen.inbound is not None:
            return "inbound-endpoint"
        return "endpoints" if seen.endpoints else "preflight"

    def configuration(self, stage: str) -> Diagnosis:
        """
        Return what is wrong in AWS with what a stage needs.
        """
        params, seen = self.site.params, self.reading
        rules = (
            network.surroundings,
            network.endpoints,
            network.inbound,
            network.zone,
        )
        reach = rules[: STAGES.index(stage) + 1]
        found = tuple(f for rule in reach for f in rule(params, seen))
        if stage == STAGES[0]:
            return Diagnosis(found)
        self.tell("asking IAM about the endpoints' policies")
        return Diagnosis((*found, *policies.of_endpoints(self.site)))

    def names(self, stage: str) -> Diagnosis:
        """
        Return why names have no right answer, where AWS is in order.
        """
        if STAGES.index(stage) < STAGES.index("inbound-endpoint"):
            return Diagnosis()
        self.tell("asking the inbound addresses and the DNS servers")
        return names.diagnose(self.site.params, self.site.lookup, self.reading)

    def servers(self, *, names_in_order: bool) -> Diagnosis:
        """
        Return what the servers see that nobody else does.
        """
        hosts = [host for host in self.site.params.hosts if not is_by_hand(host)]
        self.tell(f"asking {len(hosts)} servers")
        facts = self._facts(hosts)
        right = names.expected(self.site.params, self.reading)
        seen = {wanted.name: wanted.addresses for wanted in right}
        return together(
            [
                Diagnosis(tuple(servers.of_facts(facts))),
                *(
                    servers.of_reach(host, rows, seen, names_in_order=names_in_order)
                    for host, rows in self._reached(hosts).items()
                ),
            ]
        )

    def everything(self, stage: str) -> Diagnosis:
        """
        Return all that is wrong at a stage.

        Names and ways are blamed only where AWS is in order: what is wrong there
        explains what is seen behind it.
        """
        wrong = self.configuration(stage)
        found = wrong or self.names(stage)
        if stage != STAGES[-1]:
            return found
        if wrong:
            facts = self._facts(
                [h for h in self.site.params.hosts if not is_by_hand(h)]
            )
            return together([found, Diagnosis(tuple(servers.of_facts(facts)))])
        return together([found, self.servers(names_in_order=not found)])

    def _facts(self, hosts: Iterable[Host]) -> list[HostFacts]:
        results = self.site.fleet.run_all(render("facts"), hosts)
        silent = [r.message for r in results.values() if isinstance(r, HostError)]
        self.unseen += [said for said in silent if said not in self.unseen]
        return [
            parse(name, result.stdout, now=result.ended_at)
            for name, result in results.items()
            if not isinstance(result, HostError)
        ]

    def _reached(self, hosts: Iterable[Host]) -> Mapping[str, tuple[Reached, ...]]:
        script = render("reach", NAMES=service_names(self.site.params))
        results = self.site.fleet.run_all(script, hosts)
        return {
            name: reached(result.values("reach"))
            for name, result in results.items()
            if not isinstance(result, HostError)
        }


def service_names(params: SiteParams) -> str:
    """
    Return the names that servers must reach, a `service name` pair a line.
    """
    region = params.region
    found = [(s, regional_name(s, region)) for s in params.endpoints.services]
    if "s3" in params.endpoints.services:
        found.append(("s3", f"amazon-ssm-{region}.s3.{region}.{domain(region)}"))
    return "\n".join(f"{service} {name}" for service, name in found)
