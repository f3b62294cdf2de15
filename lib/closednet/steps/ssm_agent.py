"""
Step 50: the SSM Agent on every server, registered once and online.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

from closednet.aws.activation_codes import ActivationCodes
from closednet.aws.activations import Activations
from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.nodes import ManagedNodes
from closednet.aws.secret_store import open_store
from closednet.aws.wave_activations import WaveActivations, wave_activation
from closednet.diagnosis.doctor import service_names
from closednet.errors import PreconditionError
from closednet.hosts.batch import Batch
from closednet.hosts.by_hand import file_name
from closednet.hosts.inventory import FactsSource, HandedBack, is_by_hand
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.registration import Registrations
from closednet.hosts.results import CommandResult
from closednet.hosts.scripts import carried, carried_powershell, render
from closednet.hosts.ssm_agent import (
    Source,
    SsmAgentPackages,
    install_variables,
)
from closednet.hosts.ssm_agent_service import Explain, SsmAgentServices, nothing_known
from closednet.hosts.ssm_checks import Reached, Seen, checks, reached
from closednet.model.report import Report
from closednet.model.specs.hosts import Registration, SsmAgentPackage, SsmAgentService
from closednet.params import fleet
from closednet.steps.ailments import Ailments


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from closednet.hosts.needs import Activations as Codes
    from closednet.hosts.needs import Nodes
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params.site import Host, SiteParams
    from closednet.site import Site
    from closednet.waiting import Waiting


ACTIVATION = "activation/servers"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """
    The public key with which AWS signs the agent, a file beside the parameters.
    """

    file: Path

    def __call__(self) -> str:
        if not self.file.is_file():
            raise PreconditionError(
                f"the signing key {self.file.name} is not there",
                missing=(str(self.file),),
                hint="save the public key from AWS's page on verifying the SSM Agent"
                " under this name, and set its fingerprint in the parameters",
            )
        return self.file.read_text("ascii")


@dataclass(frozen=True, slots=True)
class S3Name:
    """
    The Regional name of the site's own S3 endpoint.
    """

    reads: EndpointReads
    vpc_id: str
    _known: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        """
        Ask AWS once: every server downloads from the same endpoint.
        """
        if not self._known:
            self._known.append(self._asked())
        return self._known[0]

    def _asked(self) -> str:
        state = self.reads.states(self.vpc_id, ["s3"]).get("s3")
        if state is None or not state.name:
            raise PreconditionError(
                "there is no S3 interface endpoint to download the agent from",
                missing=("interface-endpoint/s3",),
                hint="run the endpoints step first",
            )
        return state.name


@dataclass(frozen=True, slots=True)
class SsmAgentStep:
    """
    Installs, registers and starts the SSM Agent.
    """

    params: SiteParams
    source: Source
    batch: Batch
    nodes: Nodes
    activations: Codes
    waves: WaveActivations
    waiting: Waiting
    explain: Explain = nothing_known

    name: ClassVar[str] = "ssm-agent"

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        params, folder = site.params, site.params_file.parent
        store = open_store(site.management, params, folder)
        quarantine = Quarantine(params.rollout.max_errors, site.recorder)
        facts = FactsSource(site.fleet, HandedBack(folder / "handover"), quarantine)
        codes, nodes = (
            ActivationCodes(site.management, store),
            ManagedNodes(site.management),
        )
        return cls(
            params=params,
            source=Source(
                params.site,
                params.region,
                S3Name(EndpointReads(site.network), params.network.vpc_id),
                SigningKey(folder / params.ssm_agent.signing_key_file),
            ),
            batch=Batch(facts),
            nodes=nodes,
            activations=codes,
            waves=WaveActivations(
                Activations(site.management, codes, nodes, params, site.recorder),
                params,
            ),
            waiting=site.waiting,
            explain=Ailments.of(site).of_channels,
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        Package first, then registration, then the service.

        Only where servers come in waves there are activations for the later ones.
        """
        site = self.params.site
        return (
            *((self.waves,) if self.params.rollout.waves else ()),
            SsmAgentPackages(self.source, self.batch, self.nodes),
            Registrations(
                site, self.batch, self.nodes, self.activations, self._setup_cli
            ),
            SsmAgentServices(site, self.batch, self.nodes, self.waiting, self.explain),
        )

    def desired(self) -> tuple[Spec, ...]:
        """
        Return all three for every server of the inventory, wave by wave.
        """
        hosts = [host.name for host in self.params.hosts]
        sizes = self.params.rollout.waves
        return tuple(
            spec
            for number, wave in enumerate(fleet.waves(hosts, sizes), 1)
            for spec in self._wave(number, wave)
        )

    def conclude(self) -> None:
        """
        Name the servers in quarantine, once all others are online.
        """
        self.batch.quarantine.conclude()

    def _wave(self, number: int, hosts: Sequence[str]) -> Iterator[Spec]:
        region, account = self.params.region, self.params.accounts.management.id
        if number > 1:  # the first wave's is made by the activation step
            yield wave_activation(self.params, number, hosts)
        yield from (self._package(name) for name in hosts)
        yield from (
            Registration(name, region, account, ACTIVATION, self._way(name))
            for name in hosts
        )
        yield from (SsmAgentService(name) for name in hosts)

    def verify(self) -> Report:
        """
        Ask the servers themselves, and AWS's list of managed nodes.
        """
        facts = self.batch.facts
        facts.begin()
        seen = Seen(
            facts.of(host.name for host in self.params.hosts),
            self._reached(),
            self.nodes.of_site(self.params.site),
            {n: e.message for n, e in self.batch.quarantine.causes.items()},
        )
        return Report(self.name, tuple(checks(self.params, seen)))

    def handover(self) -> dict[str, str]:
        """
        Return the scripts that people carry to servers, by file name.
        """
        return {
            file_name(host, "ssm-agent"): self._carried(host)
            for host in self.params.hosts
            if is_by_hand(host)
        }

    def _carried(self, host: Host) -> str:
        stored = self.activations.stored()
        if stored is None:
            raise PreconditionError(
                "there is no activation yet to register with",
                missing=(ACTIVATION,),
                hint="run the activation step first",
            )
        title = f"closednet, site {self.params.site}: SSM Agent on {host.name}"
        spec, by_cli = self._package(host.name), self._way(host.name) != "agent"
        register = "register-by-setup-cli" if by_cli else "register"
        if host.os == "windows":
            return carried_powershell(
                title,
                "ssm-agent",
                Url=self.source.url(spec, host),
                Minimum=spec.minimum,
                Region=self.params.region,
                ActivationId=stored.activation_id,
            )
        return carried(
            title,
            ("install-ssm-agent", register, "start-ssm-agent", "reach", "facts"),
            **install_variables(self.source, spec, host),
            **(self._setup_cli(host) if by_cli else {}),
            REGION=self.params.region,
            ACTIVATION_ID=stored.activation_id,
            NAMES=service_names(self.params),
        )

    def _way(self, name: str) -> str:
        windows = any(h.name == name and h.os == "windows" for h in self.params.hosts)
        return "agent" if windows else self.params.ssm_agent.registration

    def _setup_cli(self, host: Host) -> dict[str, str]:
        key = self.params.ssm_agent.signing_key_fingerprint
        return self.source.setup_cli(host) | {"FINGERPRINT": key}

    def _package(self, host: str) -> SsmAgentPackage:
        agent = self.params.ssm_agent
        key = agent.signing_key_fingerprint
        spec = SsmAgentPackage(host, agent.version, agent.minimum_version, key)
        if agent.package_mirror:
            return replace(spec, source=f"mirror {agent.package_mirror}")
        if agent.package_folder:
            return replace(spec, source=f"folder {agent.package_folder}")
        return spec

    def _reached(self) -> dict[str, tuple[Reached, ...]]:
        facts, hosts = self.batch.facts, self.params.hosts
        healthy = set(facts.quarantine.healthy(host.name for host in hosts))
        near = [h for h in hosts if not is_by_hand(h) and h.name in healthy]
        script = render("reach", NAMES=service_names(self.params))
        results = facts.quarantine.sifted("reach", facts.fleet.run_all(script, near))
        for host in hosts:
            if is_by_hand(host):
                back = facts.handed_back(host.name)
                results[host.name] = CommandResult(host.name, 0, back, "")
        return {name: reached(r.values("reach")) for name, r in results.items()}
