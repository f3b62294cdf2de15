"""
The SSM Agent's service on the servers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from closednet.errors import AdapterError, AwsError, HostError
from closednet.hosts import silent_nodes
from closednet.hosts.kind import HostKind
from closednet.hosts.nodes import by_host
from closednet.hosts.scripts import Script, render
from closednet.model.causes import Diagnosis
from closednet.model.change import Found
from closednet.model.specs.hosts import SsmAgentService
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.hosts.batch import Batch
    from closednet.hosts.needs import Nodes
    from closednet.hosts.results import Results
    from closednet.waiting import Waiting


Explain = Callable[[Sequence[str]], Mapping[str, Diagnosis]]
OFFLINE: Final = (
    "read /var/log/amazon/ssm/errors.log there: mostly ssmmessages is not reached, the"
    " clock is wrong or the role does not allow enough"
)


def nothing_known(names: Sequence[str]) -> dict[str, Diagnosis]:  # noqa: ARG001
    """
    Explain nothing.
    """
    return {}


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

    def __init__(
        self,
        site: str,
        batch: Batch,
        nodes: Nodes,
        waiting: Waiting,
        explain: Explain = nothing_known,
    ) -> None:
        super().__init__(site, batch)
        self._nodes = nodes
        self._waiting = waiting
        self._explain = explain

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
        missing = {
            name: f"{node_id} {late}" if node_id else "has no id"
            for name, node_id in ids.items()
            if name in waited or not node_id
        }
        found = self._explain(tuple(missing)) if missing else {}
        return {
            name: _offline(name, what, found.get(name, Diagnosis()))
            for name, what in missing.items()
        }


def _offline(name: str, what: str, found: Diagnosis) -> HostError:
    error = HostError(f"{name}: {what}", host=name, hint=found.text or OFFLINE)
    return error.because(found.causes, found.left_open)
