"""
The SSM Agent on the servers: its package and its service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.errors import AdapterError, AwsError, HostError
from closednet.hosts import silent_nodes
from closednet.hosts.kind import HostKind
from closednet.hosts.nodes import at_least, by_host
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.specs.hosts import SsmAgentPackage, SsmAgentService
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Nodes
    from closednet.hosts.results import Results
    from closednet.params.site import Host
    from closednet.waiting import Waiting


INSTALL_S: Final = 900.0
OFFLINE: Final = (
    "read /var/log/amazon/ssm/errors.log there: mostly ssmmessages is not reached, the"
    " clock is wrong or the role does not allow enough"
)
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
        name = self.s3_name().removeprefix("*.").removeprefix("bucket.")
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


class SsmAgentPackages(HostKind[SsmAgentPackage]):
    """
    Installs the SSM Agent's signed package; a mark on the server says it was us.
    """

    spec_type = SsmAgentPackage
    actions = Actions("hosts")
    doing = "installing the SSM Agent"
    undoing = "removing the SSM Agent"
    handover = "ssm-agent"

    def __init__(self, source: Source, batch: Batch, nodes: Nodes) -> None:
        super().__init__(source.site, batch)
        self._source = source
        self._nodes = nodes

    def find(
        self, wanted: Iterable[SsmAgentPackage]
    ) -> Mapping[str, Found[SsmAgentPackage]]:
        """
        Return the installed packages; being the first kind, it asks anew.
        """
        specs = list(wanted)
        self._facts.begin()
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

    def script(self, spec: SsmAgentPackage) -> Script:
        """
        Return the installation.
        """
        host = self._facts.host(spec.host)
        variables = install_variables(self._source, spec, host)
        return render("install-ssm-agent", timeout_s=INSTALL_S, **variables)

    def undo_script(self, spec: SsmAgentPackage, resource_id: str) -> Script:
        """
        Return the removal.
        """
        return render("remove-ssm-agent", timeout_s=INSTALL_S)


class SsmAgentServices(HostKind[SsmAgentService]):
    """
    Enables and starts the SSM Agent, and waits until AWS sees it online.
    """

    spec_type = SsmAgentService
    actions = Actions(
        "management",
        find=("ssm:DescribeInstanceInformation",),
        create=("ssm:DeregisterManagedInstance",),
    )
    doing = "starting the SSM Agent"
    undoing = "stopping the SSM Agent"
    handover = "ssm-agent"

    def __init__(self, site: str, batch: Batch, nodes: Nodes, waiting: Waiting) -> None:
        super().__init__(site, batch)
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

    def script(self, spec: SsmAgentService) -> Script:
        """
        Return the start.
        """
        return render("start-ssm-agent")

    def undo_script(self, spec: SsmAgentService, resource_id: str) -> Script:
        """
        Return the stop.
        """
        return render("stop-ssm-agent")

    def settle(self, specs: Iterable[SsmAgentService]) -> None:
        """
        Start all, and wait until every one is an online managed node.
        """
        said = self._batch.run(self.doing)
        ids = {name: result.value("node_id") for name, result in said.items()}
        late = self._waited_for(ids)
        quarantine = self._batch.quarantine
        quarantine.sifted(self.doing, late, len(ids))
        if not quarantine.causes:
            silent_nodes.retire(self._site, self._nodes, self._facts)

    def _waited_for(self, ids: Mapping[str, str]) -> Results:
        """
        Wait until all are online; return an error for each that does not come.
        """
        waited = {name: node_id for name, node_id in ids.items() if node_id}

        def all_online() -> bool | None:
            nodes = self._nodes.all_by_id(waited.values())
            online = {node.node_id for node in nodes if node.ping_status == "Online"}
            for name in [n for n, node_id in waited.items() if node_id in online]:
                del waited[name]
            return None if waited else True

        try:
            self._waiting.until(all_online, what="online as managed nodes")
        except AdapterError as err:
            if isinstance(err, AwsError):
                raise
        late = f"did not come online within {self._waiting.timeout_s:g} s"
        return {
            name: _offline(name, f"{ids[name]} {late}" if ids[name] else "has no id")
            for name in ids
            if name in waited or not ids[name]
        }


def _offline(name: str, what: str) -> HostError:
    return HostError(f"{name}: {what}", host=name, hint=OFFLINE)
