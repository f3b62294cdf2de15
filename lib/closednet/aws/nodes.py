"""
The managed nodes of a site, as Systems Manager lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.matching import node_of


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from closednet.aws.account import Account
    from closednet.params.site import Host


PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ManagedNode:
    """
    A server that is registered with Systems Manager.
    """

    node_id: str
    name: str
    computer_name: str
    ip_address: str
    ping_status: str
    agent_version: str
    platform: str
    activation_id: str
    iam_role: str

    @property
    def is_windows(self) -> bool:
        """
        Whether it runs Windows, which has another shell.
        """
        return self.platform.startswith("Windows")

    def is_host(self, host: Host) -> bool:
        """
        Tell whether this node is the server `host` of the inventory.
        """
        computer = self.computer_name.lower()
        names = {computer, computer.partition(".")[0]}
        return host.name.lower() in names or host.address == self.ip_address


class ManagedNodes:
    """
    Reads the managed nodes, and removes single ones.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def of_site(self, site: str) -> tuple[ManagedNode, ...]:
        """
        Return the nodes that carry the tag of `site`, in the order of their names.

        Nodes inherit the tags of their activation.
        """
        # AWS refuses tag filters that are combined with any other filter.
        nodes = self._described(f"tag:{naming.SITE_TAG}", [site])
        return tuple(sorted(nodes, key=lambda n: (n.computer_name, n.node_id)))

    def all_by_id(self, ids: Iterable[str]) -> tuple[ManagedNode, ...]:
        """
        Return the nodes among `ids` that exist.
        """
        wanted = sorted(set(ids))
        batches = [wanted[at : at + PAGE] for at in range(0, len(wanted), PAGE)]
        return tuple(chain.from_iterable(map(self._existing, batches)))

    def connection_status(self, node_id: str) -> str:
        """
        Return `connected` or `notconnected`: whether its message channel is open.
        """
        with self._account.call("ssm:GetConnectionStatus", node_id):
            raw = self._account.ssm.get_connection_status(Target=node_id)
        return str(raw["Status"]).lower()

    def deregister(self, node_id: str) -> None:
        """
        Remove the node; one that is gone already is fine.
        """
        call = self._account.call("ssm:DeregisterManagedInstance", node_id)
        with Tolerating("InvalidInstanceId"), call:
            self._account.ssm.deregister_managed_instance(InstanceId=node_id)

    def _existing(self, ids: Sequence[str]) -> tuple[ManagedNode, ...]:
        try:
            return self._described("InstanceIds", list(ids))
        except AwsError as err:
            if err.code != "InvalidInstanceId":
                raise
        # One unknown id spoils the whole question.
        if len(ids) == 1:
            return ()
        return tuple(chain.from_iterable(self._existing([one]) for one in ids))

    def _described(self, key: str, values: list[str]) -> tuple[ManagedNode, ...]:
        with self._account.call("ssm:DescribeInstanceInformation", key):
            pages = self._account.ssm.get_paginator("describe_instance_information")
            return tuple(
                _node(raw)
                for page in pages.paginate(
                    Filters=[{"Key": key, "Values": values}],
                    PaginationConfig={"PageSize": PAGE},
                )
                for raw in page["InstanceInformationList"]
            )


def by_host(
    nodes: Iterable[ManagedNode], hosts: Iterable[Host]
) -> dict[str, ManagedNode]:
    """
    Return the node of every server that has one, by the server's name.

    A server that registered twice has a stale node too; the online one counts.
    """
    return node_of(hosts, nodes)


def _node(raw: Any) -> ManagedNode:
    platform = f"{raw.get('PlatformName', '')} {raw.get('PlatformVersion', '')}"
    return ManagedNode(
        node_id=raw["InstanceId"],
        name=raw.get("Name", ""),
        computer_name=raw.get("ComputerName", ""),
        ip_address=raw.get("IPAddress", ""),
        ping_status=raw.get("PingStatus", ""),
        agent_version=raw.get("AgentVersion", ""),
        platform=f"{raw.get('PlatformType', '')}: {platform.strip()}",
        activation_id=raw.get("ActivationId", ""),
        iam_role=raw.get("IamRole", ""),
    )
