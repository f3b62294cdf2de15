"""
Step 70: the CloudWatch agent on every server: package, credentials, configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from closednet.aws.access_keys import AccessKeys, FormerKeys, key_secret
from closednet.aws.associations import Associations
from closednet.aws.commands import Commands
from closednet.aws.config_parameters import AgentConfigParameters
from closednet.aws.log_groups import LogGroups
from closednet.aws.nodes import ManagedNodes
from closednet.aws.secret_store import open_store
from closednet.aws.simulation import Simulator
from closednet.aws.users import CloudWatchUsers
from closednet.errors import AdapterError
from closednet.hosts import cloudwatch_checks
from closednet.hosts.batch import Batch
from closednet.hosts.by_hand import file_name
from closednet.hosts.cloudwatch_agent import CloudWatchAgentPackages
from closednet.hosts.cloudwatch_config import CloudWatchConfigs
from closednet.hosts.cloudwatch_credentials import CloudWatchCredentialFiles
from closednet.hosts.inventory import FactsSource, HandedBack, is_by_hand
from closednet.hosts.nodes import by_host
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.run_command import RunCommand
from closednet.hosts.scripts import carried, carried_powershell
from closednet.hosts.ssm_checks import quarantined
from closednet.model import key_rotation, needs
from closednet.model.change import Delete
from closednet.model.cloudwatch_wishes import Wishes
from closednet.model.report import Check, Report
from closednet.model.specs.hosts import CloudWatchAgentPackage
from closednet.params import fleet
from closednet.steps.simulated import user_check


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from closednet.hosts.needs import Nodes
    from closednet.model.change import AnyChange, Found, Spec
    from closednet.model.step import AnyKind
    from closednet.params.site import Host, SiteParams
    from closednet.redact import Secret
    from closednet.site import Site
    from closednet.waiting import Waiting


UNFINISHED = frozenset({"Pending", "InProgress", ""})


@dataclass(frozen=True, slots=True)
class StoredAccessKey:
    """
    The agent's access key as it lies in the secret store.
    """

    keys: AccessKeys
    secret: str

    def __call__(self) -> tuple[str, Secret] | None:
        stored = self.keys.stored(self.secret)
        if stored is None:
            return None
        return stored.access_key_id, stored.secret_access_key


@dataclass(frozen=True, slots=True)
class CloudWatchAgentStep:
    """
    Installs the CloudWatch agent by Run Command and configures it.
    """

    params: SiteParams
    batch: Batch
    command: RunCommand
    nodes: Nodes
    users: CloudWatchUsers
    keys: AccessKeys
    former_keys: FormerKeys
    log_groups: LogGroups
    parameters: AgentConfigParameters
    associations: Associations
    waiting: Waiting
    simulator: Simulator

    name: ClassVar[str] = "cloudwatch-agent"

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        params, account = site.params, site.management
        rollout, folder = params.rollout, site.params_file.parent
        store = open_store(account, params, folder)
        nodes = ManagedNodes(account)
        commands = Commands(account, params.output, site.waiting, site.recorder)
        quarantine = Quarantine(rollout.max_errors, site.recorder)
        facts = FactsSource(site.fleet, HandedBack(folder / "handover"), quarantine)
        where = params.activation.secret_store
        return cls(
            params=params,
            batch=Batch(facts),
            command=RunCommand(
                params.site,
                params.hosts,
                nodes,
                commands,
                rollout.max_concurrency,
                quarantine,
            ),
            nodes=nodes,
            users=CloudWatchUsers(account),
            keys=(keys := AccessKeys(account, store, where, site.recorder)),
            former_keys=FormerKeys(account, keys, quarantine.causes),
            log_groups=LogGroups(
                account, site.recorder, delete_events=rollout.delete_logs_on_rollback
            ),
            parameters=AgentConfigParameters(account),
            associations=Associations(account, site.recorder),
            waiting=site.waiting,
            simulator=Simulator(account),
        )

    @property
    def _wishes(self) -> Wishes:
        return Wishes(self.params, key_secret(self.params.site))

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        What the agent needs in AWS first, then the servers, then its schedule.
        """
        site, facts = self.params.site, self.batch.facts
        key = StoredAccessKey(self.keys, key_secret(site))
        return (
            self.log_groups,
            self.users,
            self.keys,
            self.former_keys,
            self.parameters,
            CloudWatchAgentPackages(site, facts, self.command),
            CloudWatchCredentialFiles(site, self.batch, key),
            CloudWatchConfigs(site, self.batch),
            self.associations,
        )

    def desired(self) -> tuple[Spec, ...]:
        """
        Return what every server gets, and what stands in AWS for it.
        """
        return (
            *self._wishes.in_aws(),
            *(spec for wave in self._waves() for spec in self._wave(wave)),
            self._wishes.schedule(),
        )

    def beside(self) -> tuple[Spec, ...]:
        """
        The access key that another one took the place of.
        """
        return self._wishes.former()

    def superseded(self, observed: Mapping[str, Found[Spec]]) -> tuple[AnyChange, ...]:
        """
        Return the removal of a key that is left over.
        """
        return tuple(
            Delete(spec) for spec in self._wishes.former() if spec.key in observed
        )

    def arranged(
        self, changes: tuple[AnyChange, ...], _observed: Mapping[str, Found[Spec]]
    ) -> tuple[AnyChange, ...]:
        """
        Let a former key go last: when every server has the new one.
        """
        return key_rotation.arranged(changes, self._wishes.former(), self.params.hosts)

    def conclude(self) -> None:
        """
        Name the servers in quarantine, once all others have their agent.
        """
        self.batch.quarantine.conclude()

    def _waves(self) -> list[Sequence[Host]]:
        return fleet.waves(self.params.hosts, self.params.rollout.waves)

    def _wave(self, hosts: Sequence[Host]) -> Iterator[Spec]:
        yield from (CloudWatchAgentPackage(host.name) for host in hosts)
        yield from (self._wishes.credentials(host) for host in hosts)
        yield from (self._wishes.config(host) for host in hosts)

    def verify(self) -> Report:
        """
        Ask the servers themselves, and State Manager for its executions.
        """
        return Report(self.name, tuple(self._checks()))

    def handover(self) -> dict[str, str]:
        """
        Return the scripts that people carry to servers, by file name.
        """
        return {
            file_name(host, "cloudwatch-agent"): self._carried(host)
            for host in self.params.hosts
            if is_by_hand(host)
        }

    def _checks(self) -> Iterator[Check]:
        self.batch.facts.begin()
        hosts = self.params.hosts
        facts = self.batch.facts.of(host.name for host in hosts)
        yield cloudwatch_checks.choice(
            [self._wishes.credentials(host) for host in hosts]
        )
        if self.params.cloudwatch.credentials == "iam-user":
            yield user_check(
                self.simulator,
                self.params.cloudwatch.user_name,
                needs.of_cloudwatch(self.params),
            )
        causes = self.batch.quarantine.causes
        for host in hosts:
            if host.name in causes:
                yield quarantined(host.name, causes[host.name].message)
                continue
            fact = facts.get(host.name)
            yield cloudwatch_checks.agent(host.name, fact)
            yield cloudwatch_checks.configuration(self._wishes.config(host), fact)
            yield cloudwatch_checks.credentials(self._wishes.credentials(host), fact)
        schedule = self._wishes.schedule()
        yield from cloudwatch_checks.updates(
            schedule.name,
            schedule.schedule,
            by_host(hosts, self.nodes.of_site(self.params.site)),
            self._executions(schedule.name),
        )

    def _executions(self, name: str) -> dict[str, str]:
        """
        Return the executions' results once none is under way any more.
        """
        latest: dict[str, str] = {}
        if self.associations.id_of(name) is None:
            return latest

        def finished() -> bool | None:
            latest.update(self.associations.results(name))
            return None if UNFINISHED & set(latest.values() or ("",)) else True

        try:
            self.waiting.until(finished, what=f"the executions of {name}")
        except AdapterError:
            return latest
        return latest

    def _carried(self, host: Host) -> str:
        site, config = self.params.site, self._wishes.config(host)
        credentials = self._wishes.credentials(host)
        title = f"closednet, site {site}: CloudWatch agent on {host.name}"
        if host.os == "windows":
            return carried_powershell(title, "cloudwatch-agent", ConfigText=config.text)
        return carried(
            title,
            ("set-cloudwatch-credentials", "configure-cloudwatch", "facts"),
            SITE=site,
            PROFILE=credentials.profile,
            FILE=credentials.file,
            REGION=self.params.region,
            SOURCE=config.source,
            CONFIG=config.text,
        )
