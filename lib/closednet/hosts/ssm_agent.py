"""
The SSM Agent's package on the servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.hosts.kind import HostKind
from closednet.hosts.nodes import at_least, by_host
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.specs.hosts import SsmAgentPackage
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Nodes
    from closednet.params.site import Host


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
        Return where a server gets the package: a mirror, a folder, or AWS's bucket
        behind the site's own S3 endpoint.
        """
        how, _, place = spec.source.partition(" ")
        if how == "mirror":
            return f"{place}/{spec.version}/{package_path(host)}"
        if how == "folder":
            file = package_path(host).rpartition("/")[2]
            return f"file://{place if place[0] == '/' else f'/{place}'}/{file}"
        bucket = f"{self._bucket()}/amazon-ssm-{self.region}"
        return f"{bucket}/{spec.version}/{package_path(host)}"

    def setup_cli(self, host: Host) -> dict[str, str]:
        """
        Return what registering by AWS's setup CLI has to know about a server.
        """
        bucket = f"{self._bucket()}/amazon-ssm-{self.region}"
        folder = package_path(host).partition("/")[0]
        return {
            "CLI_URL": f"{bucket}/latest/{folder}/ssm-setup-cli",
            "MANIFEST_URL": f"{bucket}/ssm-agent-manifest.json",
            "SIGNING_KEY": self.signing_key(),
        }

    def _bucket(self) -> str:
        name = self.s3_name().removeprefix("*.").removeprefix("bucket.")
        return f"https://bucket.{name}"


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
