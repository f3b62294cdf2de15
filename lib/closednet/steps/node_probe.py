"""
The proof that nodes obey: an open channel, and a command whose output arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.aws.commands import MOST_NODES
from closednet.aws.nodes import by_host
from closednet.hosts.ssm_agent_service import Explain, nothing_known
from closednet.model import canonical, iam_policies
from closednet.model.causes import Diagnosis
from closednet.model.naming import SITE_TAG
from closednet.model.report import Check
from closednet.steps.patience import eventually


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from closednet.aws.command_outputs import CommandOutputs
    from closednet.aws.command_results import CommandOutcome
    from closednet.aws.commands import Commands
    from closednet.aws.nodes import ManagedNode, ManagedNodes
    from closednet.params import SiteParams
    from closednet.waiting import Waiting


PROBE: Final = "closednet-probe"
SHELLS: Final = {True: "AWS-RunPowerShellScript", False: "AWS-RunShellScript"}
CHANNEL_REMEDY: Final = (
    "from the server, test TCP 443 to the ssmmessages endpoint; look for errors in"
    " its agent's errors.log"
)
COMMAND_REMEDY: Final = "read the command's output in the table of commands"
OUTPUT_REMEDY: Final = (
    "compare the inline policy with the bucket's or log group's name, and look"
    " whether the endpoint's policy allows the write"
)


@dataclass(frozen=True, slots=True)
class NodeProbe:
    """
    Lets every server of the inventory say one word and looks where it is heard.
    """

    params: SiteParams
    managed: ManagedNodes
    commands: Commands
    outputs: CommandOutputs
    waiting: Waiting
    explain: Explain = nothing_known

    def nodes(self) -> dict[str, ManagedNode]:
        """
        Return the managed node of every server that has one, by its name.
        """
        return by_host(self.managed.of_site(self.params.site), self.params.hosts)

    def checks(self, *, may_send: bool = True) -> tuple[Check, ...]:
        """
        Check the channel of every node, and the three places of a command's output.

        Without `may_send` nothing is sent, and what was not heard has failed.
        """
        nodes = self.nodes()
        answers, in_s3, in_logs = self._said(nodes if may_send else {})
        connected = self._connected(nodes, answers)
        checks: list[Check] = []
        for host in self.params.hosts:
            node = nodes.get(host.name)
            node_id = node.node_id if node else ""
            checks += [
                _channel(host.name, node_id, connected.get(node_id, "not registered")),
                _heard(host.name, "in the answer of Run Command", answers.get(node_id)),
                _heard(host.name, "in the output bucket", in_s3.get(node_id)),
                _heard(host.name, "in the command log group", in_logs.get(node_id)),
            ]
        return self._explained(checks)

    def _explained(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        listed = tuple(checks)
        failing = dict.fromkeys(c.subject for c in listed if not c.passed)
        found = self.explain(tuple(failing)) if failing else {}
        return tuple(
            check
            if check.passed
            else check.explained(found.get(check.subject, Diagnosis()))
            for check in listed
        )

    def _connected(
        self, nodes: Mapping[str, ManagedNode], answers: Mapping[str, str]
    ) -> dict[str, str]:
        """
        Ask for the channel of each node, unless its answer can have come no other way.
        """
        seen: dict[str, str] = {}
        if "ec2messages" not in self.params.endpoints.services:
            heard = [n for n, said in answers.items() if PROBE in said]
            seen = dict.fromkeys(heard, "connected")

        def look() -> dict[str, str]:
            for node in nodes.values():
                if seen.get(node.node_id) != "connected":
                    seen[node.node_id] = self.managed.connection_status(node.node_id)
            return seen

        return eventually(
            self.waiting, look, good=lambda s: set(s.values()) <= {"connected"}
        )

    def _said(
        self, nodes: Mapping[str, ManagedNode]
    ) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        answers: dict[str, str] = {}
        in_s3: dict[str, str] = {}
        in_logs: dict[str, str] = {}
        for is_windows, shell in SHELLS.items():
            ids = [
                node.node_id
                for node in nodes.values()
                if node.is_windows == is_windows and node.ping_status == "Online"
            ]
            if ids:
                outcome, seen_s3, seen_logs = self._proof(shell, ids)
                answers |= {
                    r.node_id: f"{r.status}: {r.output}" for r in outcome.results
                }
                in_s3 |= seen_s3
                in_logs |= seen_logs
        return answers, in_s3, in_logs

    def _proof(
        self, shell: str, ids: list[str]
    ) -> tuple[CommandOutcome, dict[str, str], dict[str, str]]:
        """
        Send the probe, or read the one that proved the very same things already.

        One whose output never arrived proves nothing any more: a new one is sent.
        Its comment names what is proven: the policy, the places and the nodes.
        """
        proven = canonical.digest(
            (iam_policies.operations(self.params), sorted(ids), shell)
        )
        comment = f"closednet {self.params.site}: probe {proven}"
        earlier = self.commands.earlier(shell, comment, ids)
        if earlier is not None and earlier.succeeded:
            heard = self._heard(earlier)
            if _is_whole(earlier, *heard):
                return earlier, *heard
        outcome = self._sent(shell, ids, comment)
        return outcome, *self._heard(outcome)

    def _heard(self, outcome: CommandOutcome) -> tuple[dict[str, str], dict[str, str]]:
        in_s3 = self._arrived(outcome, logs=False)
        return in_s3, self._arrived(outcome, logs=True)

    def _sent(self, shell: str, ids: list[str], comment: str) -> CommandOutcome:
        rollout, say = self.params.rollout, {"commands": [f"echo {PROBE}"]}
        if len(ids) > MOST_NODES and self._are_all(ids):
            return self.commands.run_on_tag(
                shell,
                say,
                ids,
                (SITE_TAG, self.params.site),
                comment=comment,
                max_concurrency=rollout.max_concurrency,
                timeout_s=300,
            )
        return self.commands.run(
            shell,
            say,
            ids,
            comment=comment,
            max_concurrency=rollout.max_concurrency,
            # A probe goes everywhere, whatever it meets.
            max_errors=len(ids),
            timeout_s=300,
        )

    def _are_all(self, ids: Collection[str]) -> bool:
        """
        Tell whether the site's tag means these nodes and no others.
        """
        listed = self.managed.of_site(self.params.site)
        return {node.node_id for node in listed} == set(ids)

    def _arrived(self, outcome: CommandOutcome, *, logs: bool) -> dict[str, str]:
        read = self.outputs.in_logs if logs else self.outputs.in_s3
        expected = {r.node_id for r in outcome.results if r.succeeded}
        return eventually(
            self.waiting,
            lambda: read(outcome),
            good=lambda seen: all(PROBE in seen.get(n, "") for n in expected),
        )


def _is_whole(outcome: CommandOutcome, *places: Mapping[str, str]) -> bool:
    """
    Tell whether the output of every node is found in every place.
    """
    ids = [result.node_id for result in outcome.results]
    return all(PROBE in place.get(node_id, "") for place in places for node_id in ids)


def _channel(host: str, node_id: str, status: str) -> Check:
    return Check(
        f"the message channel of {host} is open",
        status == "connected",
        f"{node_id or 'no node'}: {status}",
        proves=("S13",),
        subject=host,
        remedy=CHANNEL_REMEDY,
    )


def _heard(host: str, place: str, text: str | None) -> Check:
    heard = text is not None and PROBE in text
    return Check(
        f"what {host} says is found {place}",
        heard,
        PROBE if heard else f"not found; seen: {(text or 'nothing').strip()[:200]}",
        proves=("S13",),
        subject=host,
        remedy=COMMAND_REMEDY if "answer" in place else OUTPUT_REMEDY,
    )
