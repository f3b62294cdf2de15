"""
The SSM Agent on the servers: its package and its service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.hosts.by_hand import carry
from closednet.hosts.facts import is_by_hand
from closednet.hosts.nodes import at_least, by_host
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.specs.hosts import SsmAgentPackage, SsmAgentService
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Nodes
    from closednet.params.site import Host
    from closednet.waiting import Waiting


INSTALL_S: Final = 900.0
MARK: Final = "ssm-agent-package"
ARCHITECTURES: Final = {"x86_64": "amd64", "arm64": "arm64"}
DEBIAN: Final = frozenset({"ubuntu", "debian"})


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where the agent's package comes from and whose signature it must have.
    """

    site: str
    region: str
    s3_name: Callable[[], str]
    signing_key: Callable[[], str]

    def url(self, spec: SsmAgentPackage, host: Host) -> str:
        """
        Return the package's address behind the site's own S3 endpoint.
        """
        name = self.s3_name().removeprefix("*.")
        bucket = f"amazon-ssm-{self.region}"
        return f"https://bucket.{name}/{bucket}/{spec.version}/{package_path(host)}"


def package_format(host: Host) -> str:
    """
    Return `deb`, `rpm` or `exe`.
    """
    if host.os == "windows":
        return "exe"
    return "deb" if host.os in DEBIAN else "rpm"


def package_path(host: Host) -> str:
    """
    Return folder and file of the package for this server's system.
    """
    arch = ARCHITECTURES[host.arch]
    match package_format(host):
        case "exe":
            return f"windows_{arch}/AmazonSSMAgentSetup.exe"
        case "deb":
            return f"debian_{arch}/amazon-ssm-agent.deb"
        case _:
            return f"linux_{arch}/amazon-ssm-agent.rpm"


def install_variables(
    source: Source, spec: SsmAgentPackage, host: Host
) -> dict[str, str]:
    """
    Return what the installing script has to know.
    """
    return {
        "SITE": source.site,
        "URL": source.url(spec, host),
        "FORMAT": package_format(host),
        "MINIMUM": spec.minimum,
        "FINGERPRINT": spec.signed_by,
        "SIGNING_KEY": source.signing_key(),
    }


class SsmAgentPackages(PlainKind):
    """
    Installs the SSM Agent's signed package; a mark on the server says it was us.
    """

    spec_type = SsmAgentPackage
    actions = Actions("hosts")

    def __init__(self, source: Source, batch: Batch, nodes: Nodes) -> None:
        self._source = source
        self._site = source.site
        self._batch = batch
        self._facts = batch.facts
        self._nodes = nodes

    def find(
        self, wanted: Iterable[SsmAgentPackage]
    ) -> Mapping[str, Found[SsmAgentPackage]]:
        """
        Return the installed packages; being the first kind, it asks anew.
        """
        specs = list(wanted)
        self._facts.forget()
        facts = self._facts.of(spec.host for spec in specs)
        found = {
            s.key: self._installed(s, facts[s.host]) for s in specs if s.host in facts
        }
        carried = [spec for spec in specs if spec.host not in facts]
        if carried:
            listed = by_host(self._facts.fleet.hosts, self._nodes.of_site(self._site))
            for spec in carried:
                node = listed.get(spec.host)
                if node and at_least(node.agent_version, spec.minimum):
                    found[spec.key] = Found(spec, node.agent_version, owned=False)
        return {key: one for key, one in found.items() if one is not None}

    def _installed(
        self, spec: SsmAgentPackage, facts: HostFacts
    ) -> Found[SsmAgentPackage] | None:
        host, version = spec.host, facts.ssm_version
        if facts.snap_agent:
            snap = SsmAgentPackage(host, "snap", "", "Canonical", "snap store")
            return Found(snap, "snap", owned=False)
        if not version:
            return None
        owned = facts.is_marked(MARK, self._source.site)
        if at_least(version, spec.minimum):
            return Found(spec, version, owned)
        key = facts.mark(MARK, "key")
        return Found(SsmAgentPackage(host, version, version, key), version, owned)

    def create(self, spec: SsmAgentPackage) -> str:
        """
        Put the installation on the list of this server.
        """
        host = self._facts.host(spec.host)
        variables = install_variables(self._source, spec, host)
        self._batch.add(
            spec.host, render("install-ssm-agent", timeout_s=INSTALL_S, **variables)
        )
        return f"{spec.host}:amazon-ssm-agent"

    def update(self, old: SsmAgentPackage, new: SsmAgentPackage) -> str:
        """
        Install the newer package over the older one.
        """
        return self.create(new)

    def delete(self, spec: SsmAgentPackage, resource_id: str) -> None:
        """
        Put the removal on the list of this server.
        """
        self._batch.add(spec.host, render("remove-ssm-agent", timeout_s=INSTALL_S))

    def settle(self, specs: Iterable[SsmAgentPackage]) -> None:
        """
        Install on all servers on the list.
        """
        self._batch.run("installing the SSM Agent")

    def settle_deleted(self, specs: Iterable[SsmAgentPackage]) -> None:
        """
        Remove from all servers on the list.
        """
        self._batch.run("removing the SSM Agent")

    def by_hand(self, spec: SsmAgentPackage) -> Work | None:
        """
        Return the work of the server's administrator, where there is no SSH.
        """
        if not is_by_hand(self._facts.host(spec.host)):
            return None
        return carry(self._facts.host(spec.host), "ssm-agent")


class SsmAgentServices(PlainKind):
    """
    Enables and starts the SSM Agent, and waits until AWS sees it online.
    """

    spec_type = SsmAgentService
    actions = Actions("management", find=("ssm:DescribeInstanceInformation",))

    def __init__(self, site: str, batch: Batch, nodes: Nodes, waiting: Waiting) -> None:
        self._site = site
        self._batch = batch
        self._facts = batch.facts
        self._nodes = nodes
        self._waiting = waiting

    def find(
        self, wanted: Iterable[SsmAgentService]
    ) -> Mapping[str, Found[SsmAgentService]]:
        """
        Return the services that run.
        """
        specs = list(wanted)
        facts = self._facts.of(spec.host for spec in specs)
        running = {name for name, fact in facts.items() if fact.ssm_active}
        if any(spec.host not in facts for spec in specs):
            running |= self._online() - set(facts)
        return {
            spec.key: Found(spec, "amazon-ssm-agent.service", spec.host in facts)
            for spec in specs
            if spec.host in running
        }

    def _online(self) -> set[str]:
        listed = by_host(self._facts.fleet.hosts, self._nodes.of_site(self._site))
        return {name for name, node in listed.items() if node.ping_status == "Online"}

    def create(self, spec: SsmAgentService) -> str:
        """
        Put the start on the list of this server.
        """
        return self._later(spec.host, render("start-ssm-agent"))

    def update(self, old: SsmAgentService, new: SsmAgentService) -> str:
        """
        Start it again.
        """
        return self.create(new)

    def delete(self, spec: SsmAgentService, resource_id: str) -> None:
        """
        Put the stop on the list of this server.
        """
        self._later(spec.host, render("stop-ssm-agent"))

    def settle(self, specs: Iterable[SsmAgentService]) -> None:
        """
        Start all, and wait until every one is an online managed node.
        """
        self._batch.run("starting the SSM Agent")
        names = {spec.host for spec in specs}
        self._waiting.until(
            lambda: True if names <= self._online() else None,
            what=f"{', '.join(sorted(names))} online as managed nodes",
            hint="read /var/log/amazon/ssm/errors.log there: mostly ssmmessages is"
            " not reached, the clock is wrong or the role does not allow enough",
        )

    def settle_deleted(self, specs: Iterable[SsmAgentService]) -> None:
        """
        Stop all.
        """
        self._batch.run("stopping the SSM Agent")

    def by_hand(self, spec: SsmAgentService) -> Work | None:
        """
        Return the work of the server's administrator, where there is no SSH.
        """
        if not is_by_hand(self._facts.host(spec.host)):
            return None
        return carry(self._facts.host(spec.host), "ssm-agent")

    def _later(self, host: str, script: Script) -> str:
        self._batch.add(host, script)
        return f"{host}:amazon-ssm-agent.service"
