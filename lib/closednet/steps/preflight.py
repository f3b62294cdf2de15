"""
Step 00: everything that must already be there, proved before the first write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from closednet.aws.belongings import Belongings
from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.gateways import Gateways
from closednet.aws.network_acls import NetworkAcls
from closednet.aws.nodes import ManagedNodes
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.suitability import Suitability
from closednet.aws.surroundings import Surroundings
from closednet.aws.zones import HostedZones
from closednet.errors import HostError
from closednet.hosts import health
from closednet.hosts.inventory import is_by_hand
from closednet.lookup.judge import outcome
from closednet.model import handover
from closednet.model.owner_policies import owner_policies
from closednet.model.report import Check, Report
from closednet.model.specs.network import regional_name
from closednet.params import profiles
from closednet.steps import conflicts, private_path
from closednet.steps.host_checks import host_checks


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from closednet.aws.account import Account
    from closednet.hosts.connector import Fleet
    from closednet.hosts.health import Health
    from closednet.lookup.resolver import Lookup
    from closednet.model.change import Spec
    from closednet.model.firewall import FirewallRule
    from closednet.model.step import AnyKind
    from closednet.params.site import SiteParams
    from closednet.site import Site

HostsSeen = Callable[[], Mapping[str, "Health | HostError"]]
NO_ANSWER: Final = "no answer"
ABSENT: Final = "does not exist"
KEY_STATES: Final = {
    ABSENT: ("session-key-missing",),
    "Disabled": ("session-key-disabled",),
    "PendingDeletion": ("session-key-being-deleted",),
}


@dataclass(frozen=True, slots=True)
class PreflightStep:
    """
    Reads and asks only; nothing is ever written here.
    """

    name: ClassVar[str] = "preflight"
    params: SiteParams
    network: Account
    management: Account
    dns: Account
    lookup: Lookup
    hosts_seen: HostsSeen
    node_ids: Callable[[], frozenset[str]]

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        return cls(
            params=site.params,
            network=site.network,
            management=site.management,
            dns=site.dns,
            lookup=site.lookup,
            hosts_seen=partial(seen, site.fleet),
            node_ids=partial(_node_ids, site.management, site.params.site),
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        return ()

    def desired(self) -> tuple[Spec, ...]:
        return ()

    def profile(self) -> tuple[tuple[str, ...], ...]:
        """
        Return where the way of 2022 and that of today differ, and why.
        """
        return profiles.compared(self.params)

    def firewall(self) -> tuple[FirewallRule, ...]:
        """
        Return the firewall matrix of the planned network.
        """
        return handover.firewall(self.params)

    def handover(self) -> dict[str, str]:
        """
        Return the files that DNS and firewall people can start with.
        """
        return handover.files(self.params, self.firewall())

    def verify(self) -> Report:
        """
        Prove the accounts first: in a wrong one nothing else is asked.
        """
        checks = tuple(self._identities())
        if all(check.passed for check in checks):
            checks += (
                *private_path.checks(
                    self.params,
                    Surroundings(self.network),
                    NetworkAcls(self.network),
                    Gateways(self.network),
                ),
                *self._conflicts(),
                *self._belongings(),
            )
        return Report(self.name, (*checks, *self._site_checks()))

    def _identities(self) -> Iterator[Check]:
        for account in dict.fromkeys((self.network, self.management, self.dns)):
            seen = account.seen_identity()
            yield Check(
                f"the caller is in the {account.role} account",
                seen.account_id == account.id,
                f"{seen.account_id}, expected {account.id}",
                ("S1", "S2"),
                subject=account.role,
                remedy=f"use other credentials, or mend accounts.{account.role}",
                causes=() if seen.account_id == account.id else ("wrong-account",),
            )

    def _conflicts(self) -> Iterator[Check]:
        groups = SecurityGroups(self.network)
        suits = Suitability(self.network, self.params)
        return conflicts.checks(
            self.params,
            endpoints=InterfaceEndpoints(self.network, groups, suits),
            resolvers=ResolverEndpoints(self.network, groups, suits),
            zones=HostedZones(self.dns),
            vpc_zones=HostedZones(self.network),
            reads=EndpointReads(self.network),
            surroundings=Surroundings(self.network),
        )

    def _belongings(self) -> Iterator[Check]:
        belongings, params = Belongings(self.management), self.params
        owned = owner_policies(params)
        state = belongings.key_state(params.session.kms_key_arn)
        yield Check(
            "the key that encrypts sessions is usable",
            state == "Enabled",
            f"{params.session.kms_key_arn}: {state}",
            ("S2",),
            subject="kms",
            remedy="have the key made or enabled, or mend session.kms_key_arn"
            + _by_owner("key", owned),
            causes=KEY_STATES.get(state, ()),
        )
        state = belongings.bucket_state(params.output.bucket)
        yield Check(
            "the bucket for command output exists",
            state == "exists",
            f"{params.output.bucket}: {state}",
            ("S2",),
            subject="s3",
            remedy="have the bucket made, or mend output.bucket"
            + _by_owner("bucket", owned),
            causes=("bucket-missing",) if state == ABSENT else (),
        )

    def _site_checks(self) -> Iterator[Check]:
        name = regional_name(self.params.endpoints.services[0], self.params.region)
        for server in self.params.network.dns_servers:
            seen = outcome(self.lookup, server, name)
            yield Check(
                f"DNS server {server} answers",
                seen != NO_ANSWER,
                NO_ANSWER if seen == NO_ANSWER else "it answers",
                ("S1",),
                subject=server,
                remedy="check port 53 of this server from here, udp and tcp",
                causes=("dns-server-silent",) if seen == NO_ANSWER else (),
            )
        yield from host_checks(self.params, self.hosts_seen(), self.node_ids)


def _by_owner(what: str, policies: Mapping[str, object]) -> str:
    if what not in policies:
        return ""
    return (
        f"; its owner adds handover/{what}-policy.json, which `closednet policies PARAMS"
        f" --account {what}` prints, to its policy"
    )


def seen(fleet: Fleet) -> dict[str, Health | HostError]:
    """
    Return how each server is that scripts are run on, or why it was not reached.
    """
    hosts = [host for host in fleet.hosts if not is_by_hand(host)]
    results = fleet.run_all(health.script(), hosts)
    return {
        name: result
        if isinstance(result, HostError)
        else health.parse(name, result.stdout, now=result.ended_at)
        for name, result in results.items()
    }


def _node_ids(account: Account, site: str) -> frozenset[str]:
    return frozenset(node.node_id for node in ManagedNodes(account).of_site(site))
