"""
A thousand servers in memory, some of which fail, each in its own way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from closednet.hosts.batch import Batch
from closednet.hosts.connector import Fleet
from closednet.hosts.inventory import FactsSource
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.registration import Registrations
from closednet.hosts.results import CommandResult, failure
from closednet.hosts.ssm_agent import Source, SsmAgentPackages
from closednet.hosts.ssm_agent_service import SsmAgentServices
from closednet.model.report import Report
from closednet.model.specs.hosts import Registration, SsmAgentPackage, SsmAgentService
from closednet.params.connection import Connection
from closednet.params.fleet import waves
from closednet.params.site import Host
from closednet.redact import Secret
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.hosts.scripts import Script
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind

CHANGED_KEY: Final = "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @"
# way: the script that fails, its exit code, what it says, what is told about it
WAYS: Final = {
    "down": ("facts", 255, "Connection timed out", "not reached"),
    "rekeyed": ("facts", 255, CHANGED_KEY, "IDENTIFICATION HAS CHANGED"),
    "keyless": ("facts", 255, "Permission denied (publickey)", "Permission denied"),
    "sudoless": ("facts", 1, "sudo: a password is required", "password is required"),
    "garbled": ("facts", 0, "", "the facts are not complete"),
    "full": ("install-ssm-agent", 1, "No space left on device", "No space left"),
    "cut-off": ("install-ssm-agent", 1, "cannot download it", "cannot download"),
    "forged": ("install-ssm-agent", 1, "signature is not good", "signature"),
    "refused": ("register", 1, "registration was refused", "registration was refused"),
    "mute": ("", 0, "", "did not come online"),
}


@dataclass(frozen=True)
class Node:
    """
    A managed node.
    """

    node_id: str
    computer_name: str
    ip_address: str = ""
    ping_status: str = "Online"
    agent_version: str = "3.3.987.0"
    activation_id: str = "a"
    iam_role: str = "r"


@dataclass(frozen=True, slots=True)
class SmallFleet(Fleet):
    """
    Servers that know four scripts; `ways` says who fails and how.
    """

    ways: dict[str, str] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def run(
        self, script: Script, host: Host, secrets: Mapping[str, Secret] | None = None
    ) -> CommandResult:
        """
        Run a script, which fails if this is the server's way.
        """
        self.asked.append((script.name, host.name))
        where, code, words, _ = WAYS.get(self.ways.get(host.name, ""), ("-", 0, "", ""))
        if where == script.name:
            result = CommandResult(host.name, code, "", words)
            if code:
                raise failure(script.name, result)
            return result
        return CommandResult(host.name, 0, self._do(script.name, host.name), "")

    def _do(self, script: str, name: str) -> str:
        if script == "install-ssm-agent":
            self.packages.add(name)
        elif script == "register":
            self.ids.setdefault(name, f"mi-{len(self.ids):017x}")
        elif script == "start-ssm-agent":
            self.running.add(name)
        said = {
            "hostname": name,
            "ssm_version": "3.3.987.0" if name in self.packages else "",
            "ssm_active": "yes" if name in self.running else "no",
            "node_id": self.ids.get(name, ""),
            "mark_registration": f"site=dc1 node={self.ids.get(name, '')}",
            "complete": "yes",
        }
        return "".join(f"closednet: {k}={v}\n" for k, v in said.items())

    def counted(self) -> Counter[str]:
        """
        Return how often each script ran, and forget it.
        """
        counts = Counter(script for script, _ in self.asked)
        self.asked.clear()
        return counts


@dataclass(frozen=True)
class Nodes:
    """
    What AWS lists of a small fleet; every question is counted in pages.
    """

    fleet: SmallFleet
    pages: list[int] = field(default_factory=list)

    def of_site(self, site: str) -> Sequence[Node]:
        """
        Return all nodes.
        """
        assert site == "dc1"
        return self.all_by_id(self.fleet.ids.values())

    def all_by_id(self, ids: Iterable[str]) -> Sequence[Node]:
        """
        Return the nodes with these ids.
        """
        wanted = set(ids)
        self.pages.append(-(-len(wanted) // 50))
        return [
            Node(node_id, name, ping_status=self._status(name))
            for name, node_id in self.fleet.ids.items()
            if node_id in wanted
        ]

    def deregister(self, node_id: str) -> None:
        """
        Never happens here.
        """
        raise AssertionError(node_id)

    def _status(self, name: str) -> str:
        mute = self.fleet.ways.get(name) == "mute"
        up = name in self.fleet.running and not mute
        return "Online" if up else "ConnectionLost"


@dataclass(frozen=True)
class Stored:
    """
    An activation.
    """

    activation_id: str = "a"
    code: Secret = field(default_factory=lambda: Secret("abcdefghijkl", name="code"))


@dataclass
class Codes:
    """
    Counts how often the code is asked for.
    """

    asked: int = 0

    def listed(self, activation_id: str) -> None:
        """
        AWS lists none.
        """

    def stored(self) -> Stored:
        """
        Return it.
        """
        self.asked += 1
        return Stored()


class SmallStep:
    """
    The SSM Agent on every server of a small fleet, in waves.
    """

    name: ClassVar[str] = "ssm-agent"

    def __init__(
        self, fleet: SmallFleet, budget: int = 0, sizes: tuple[int, ...] = ()
    ) -> None:
        self.fleet = fleet
        self.quarantine = Quarantine(budget)
        self.nodes = Nodes(fleet)
        self.codes = Codes()
        self._sizes = sizes
        self._batch = Batch(FactsSource(fleet, quarantine=self.quarantine))

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        New ones each time, as a real step does.
        """
        source = Source("dc1", "eu-west-1", lambda: "*.vpce.example", lambda: "key")
        patience = Waiting(poll_s=1, timeout_s=3, sleep=lambda _: None)
        return (
            SsmAgentPackages(source, self._batch, self.nodes),
            Registrations("dc1", self._batch, self.nodes, self.codes),
            SsmAgentServices("dc1", self._batch, self.nodes, patience),
        )

    def desired(self) -> tuple[Spec, ...]:
        """
        Wave by wave.
        """
        found: list[Spec] = []
        for wave in waves([host.name for host in self.fleet.hosts], self._sizes):
            found += [SsmAgentPackage(n, "latest", "3.3.987.0", "KEY") for n in wave]
            found += [Registration(n, "eu-west-1", "1", "a") for n in wave]
            found += [SsmAgentService(n) for n in wave]
        return tuple(found)

    def verify(self) -> Report:
        """
        Check nothing.
        """
        return Report(self.name, ())

    def conclude(self) -> None:
        """
        Name the quarantined.
        """
        self.quarantine.conclude()


def small_fleet(count: int, ways: Mapping[str, str]) -> SmallFleet:
    """
    Return so many servers, of which some fail.
    """
    hosts = tuple(
        Host(name=f"srv{n:04}", address=f"10.0.{n // 250}.{n % 250 + 1}", os="ubuntu")
        for n in range(count)
    )
    return SmallFleet(hosts, Connection(), max_concurrency=4, ways=dict(ways))
