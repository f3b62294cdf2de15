"""
The SSM Agent's service on the servers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from closednet.errors import AdapterError
from closednet.hosts import silent_nodes
from closednet.hosts.kind import HostKind
from closednet.hosts.nodes import by_host
from closednet.hosts.scripts import Script, render
from closednet.model.causes import Diagnosis
from closednet.model.change import Found
from closednet.model.specs.hosts import SsmAgentService
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.needs import Nodes
    from closednet.waiting import Waiting


Explain = Callable[[Sequence[str]], Diagnosis]


def nothing_known(names: Sequence[str]) -> Diagnosis:  # noqa: ARG001 - the signature's
    """
    Explain nothing.
    """
    return Diagnosis()


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
        names = {spec.host for spec in specs}
        super().settle(())
        try:
            self._waiting.until(
                lambda: True if names <= self._online() else None,
                what=f"{', '.join(sorted(names))} online as managed nodes",
                hint="read /var/log/amazon/ssm/errors.log there: mostly ssmmessages is"
                " not reached, the clock is wrong or the role does not allow enough",
            )
        except AdapterError as err:
            found = self._explain(sorted(names - self._online()))
            told = AdapterError(err.message, hint=found.text or err.hint)
            raise told.because(found.causes, found.left_open) from err
        silent_nodes.retire(self._site, self._nodes, self._facts)
