"""
Why nodes are not of use: from the servers themselves, and from their role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.aws.nodes import ManagedNodes
from closednet.aws.roles import Roles
from closednet.errors import HostError
from closednet.hosts import ailing, health
from closednet.hosts.inventory import is_by_hand
from closednet.model import iam_policies
from closednet.model.causes import Diagnosis, find
from closednet.model.cloudwatch_config import log_file_path
from closednet.model.specs.management import Role


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Self

    from closednet.hosts.connector import Fleet
    from closednet.hosts.health import Health
    from closednet.params.site import Host, SiteParams
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class Ailments:
    """
    Looks at servers and at the nodes' role, once something does not work.
    """

    params: SiteParams
    fleet: Fleet
    roles: Roles
    nodes: ManagedNodes

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return them for `site`.
        """
        account = site.management
        return cls(site.params, site.fleet, Roles(account), ManagedNodes(account))

    def by_host(self, names: Iterable[str]) -> dict[str, Diagnosis]:
        """
        Return what ails the SSM Agent of each server.
        """
        seen = self._seen(names)
        listed = {node.node_id for node in self.nodes.of_site(self.params.site)}
        return {
            name: one if isinstance(one, Diagnosis) else _of_node(one, listed)
            for name, one in seen.items()
        }

    def of_channels(self, names: Iterable[str]) -> dict[str, Diagnosis]:
        """
        Return why these servers do not obey: their common role, or each by itself.
        """
        wanted = list(names)
        role = self._role()
        return dict.fromkeys(wanted, role) if role else self.by_host(wanted)

    def of_cloudwatch(self, names: Iterable[str], profile: str) -> dict[str, Diagnosis]:
        """
        Return what ails the CloudWatch agent of each server.
        """
        return {
            name: seen
            if isinstance(seen, Diagnosis)
            else ailing.cloudwatch_agent(seen, profile)
            for name, seen in self._seen(names).items()
        }

    def _role(self) -> Diagnosis:
        name, params = self.params.activation.role_name, self.params
        trust = iam_policies.trust(params.region, params.accounts.management.id)
        wanted = Role(name, trust, "")
        found = self.roles.find([wanted]).get(wanted.key)
        if found is None:
            evidence = "IAM knows no role of that name"
            return Diagnosis((find("node-role-missing", evidence, name),))
        if found.spec.trust != trust:
            evidence = f"it trusts {found.spec.trust}"
            return Diagnosis((find("node-role-distrusts", evidence, name),))
        return Diagnosis()

    def _seen(self, names: Iterable[str]) -> dict[str, Health | Diagnosis]:
        wanted = set(names)
        scripts = {
            host.name: health.script(self._files(host))
            for host in self.fleet.hosts
            if host.name in wanted and not is_by_hand(host)
        }
        results = self.fleet.run_each(scripts)
        return {
            name: _unreached(result)
            if isinstance(result, HostError)
            else health.parse(name, result.stdout, now=result.ended_at)
            for name, result in results.items()
        }

    def _files(self, host: Host) -> tuple[str, ...]:
        """
        Return the log files that are collected on this server, by its own names.
        """
        files = self.params.cloudwatch.of(host.groups).logs
        return tuple(
            log_file_path(each, host)
            for each in files
            if each.file_path.startswith("/")
        )


def _of_node(seen: Health, listed: Collection[str]) -> Diagnosis:
    if seen.node_id and seen.node_id not in listed:
        evidence = f"it believes to be {seen.node_id}, which AWS does not list"
        return Diagnosis((find("node-deregistered", evidence, seen.host),))
    return ailing.ssm_agent(seen)


def _unreached(error: HostError) -> Diagnosis:
    return Diagnosis(
        tuple(find(cause, error.message, error.host) for cause in error.causes),
        error.left_open,
    )
