"""
A small site with stand-ins of AWS, to run whole steps' kinds against servers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from closednet import engine
from closednet.hosts.batch import Batch
from closednet.hosts.cloudwatch_config import CloudWatchConfigs
from closednet.hosts.cloudwatch_credentials import CloudWatchCredentialFiles
from closednet.hosts.inventory import FactsSource
from closednet.hosts.registration import Registrations
from closednet.hosts.ssm_agent import Source, SsmAgentPackages
from closednet.hosts.ssm_agent_service import SsmAgentServices
from closednet.model.plan import Plan, Scope
from closednet.model.report import Report
from closednet.redact import Secret
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from closednet.hosts.connector import Fleet
    from closednet.model.change import AnyChange, Spec
    from closednet.model.receipt import Done, Receipt
    from closednet.model.step import AnyKind
    from tests.contract.hosts.worlds import Site


CODE = Secret("activation-code-0001", name="activation code")
SCOPE = Scope("dc1", "eu-west-1", "1" * 12, "2" * 12, "params")


@dataclass(frozen=True)
class FakeNode:
    """
    A managed node.
    """

    node_id: str
    computer_name: str
    ip_address: str = ""
    ping_status: str = "Online"
    agent_version: str = "3.3.1230.0"
    activation_id: str = "activation-1"
    iam_role: str = "closednet-managed-node"


@dataclass
class FakeNodes:
    """
    AWS's list: whoever is registered in a world and runs is online.
    """

    site: Site
    names: tuple[str, ...]
    gone: set[str] = field(default_factory=set)
    extra: tuple[FakeNode, ...] = ()

    def of_site(self, site: str) -> tuple[FakeNode, ...]:
        """
        Return the nodes of all worlds.
        """
        assert site == "dc1"
        return (*self.extra, *(node for name in self.names for node in self._of(name)))

    def all_by_id(self, ids: Iterable[str]) -> tuple[FakeNode, ...]:
        """
        Return some of them.
        """
        wanted = set(ids)
        return tuple(node for node in self.of_site("dc1") if node.node_id in wanted)

    def deregister(self, node_id: str) -> None:
        """
        Forget a node.
        """
        self.gone.add(node_id)

    def _of(self, name: str) -> list[FakeNode]:
        world = self.site.world(name)
        ids = [i for i in world.noted("node") if i not in self.gone]
        running = world.noted("service") == ["active"]
        status = "Online" if running else "ConnectionLost"
        return [FakeNode(i, name, ping_status=status) for i in ids]


@dataclass(frozen=True)
class FakeStoredCode:
    """
    The activation in the store.
    """

    activation_id: str = "activation-1"
    code: Secret = CODE


class FakeActivations:
    """
    A store with one activation.
    """

    def listed(self, activation_id: str) -> None:
        """
        AWS lists none.
        """

    def stored(self) -> FakeStoredCode:
        """
        Return it.
        """
        return FakeStoredCode()


@dataclass(frozen=True)
class Rollout:
    """
    A step of some kinds and wishes.
    """

    parts: tuple[AnyKind, ...]
    wishes: tuple[Spec, ...]

    name: ClassVar[str] = "some-step"

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        Return the kinds.
        """
        return self.parts

    def desired(self) -> tuple[Spec, ...]:
        """
        Return the wishes.
        """
        return self.wishes

    def verify(self) -> Report:
        """
        Check nothing.
        """
        return Report(self.name, ())

    def plan(self) -> Plan:
        """
        Return what would change.
        """
        return engine.plan(self, engine.inspect(self), SCOPE)

    def apply(self) -> Receipt:
        """
        Change it.
        """
        plan = self.plan()
        return engine.apply(self, plan.approve(plan.digest), Silent())

    def undo(self, receipt: Receipt) -> None:
        """
        Change it back.
        """
        plan = engine.rollback(self, [receipt], SCOPE, "run-1")
        engine.apply(self, plan.approve(plan.digest), Silent())


class Silent:
    """
    A listener that listens to nothing.
    """

    def change_started(self, step: str, change: AnyChange) -> None:
        """
        Ignore it.
        """

    def change_done(self, step: str, done: Done) -> None:
        """
        Ignore it.
        """


def agent_kinds(
    fleet: Fleet, nodes: FakeNodes, key: Callable[[], str]
) -> tuple[AnyKind, ...]:
    """
    Return the kinds of the SSM Agent.
    """
    batch = Batch(FactsSource(fleet))
    source = Source("dc1", "eu-west-1", lambda: "*.vpce-1.s3.example", key)
    patience = Waiting(poll_s=0.01, timeout_s=0.2)
    return (
        SsmAgentPackages(source, batch, nodes),
        Registrations("dc1", batch, nodes, FakeActivations()),
        SsmAgentServices("dc1", batch, nodes, patience),
    )


def cloudwatch_kinds(fleet: Fleet) -> tuple[AnyKind, ...]:
    """
    Return the kinds of the CloudWatch agent's files.
    """
    batch = Batch(FactsSource(fleet))
    key = ("EXAMPLE-KEY-ID-0001", Secret("secret/access+key=0001", name="key"))
    return (
        CloudWatchCredentialFiles("dc1", batch, lambda: key),
        CloudWatchConfigs("dc1", batch),
    )
