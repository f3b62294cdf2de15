"""
What the server side needs of AWS, as protocols: adapters do not import each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.redact import Secret


class Node(Protocol):
    """
    A managed node as AWS lists it.
    """

    @property
    def node_id(self) -> str: ...

    @property
    def computer_name(self) -> str: ...

    @property
    def ip_address(self) -> str: ...

    @property
    def ping_status(self) -> str: ...

    @property
    def agent_version(self) -> str: ...

    @property
    def activation_id(self) -> str: ...

    @property
    def iam_role(self) -> str: ...


class Nodes(Protocol):
    """
    The managed nodes of an account.
    """

    def of_site(self, site: str) -> Sequence[Node]:
        """
        Return those of a site, online or not.
        """

    def all_by_id(self, ids: Iterable[str]) -> Sequence[Node]:
        """
        Return those of these ids that exist.
        """

    def deregister(self, node_id: str) -> None:
        """
        Remove one from AWS; one that is gone already is fine.
        """


class StoredCode(Protocol):
    """
    What a server registers with.
    """

    @property
    def activation_id(self) -> str: ...

    @property
    def code(self) -> Secret: ...


class ListedActivation(Protocol):
    """
    An activation as AWS describes it.
    """

    @property
    def expired(self) -> bool: ...

    @property
    def registrations(self) -> int: ...

    @property
    def room(self) -> int: ...


class Activations(Protocol):
    """
    The hybrid activation of this site.
    """

    def stored(self) -> StoredCode | None:
        """
        Return its id and code from the secret store.
        """

    def listed(self, activation_id: str) -> ListedActivation | None:
        """
        Return the activation as AWS describes it, None if it does not list it.
        """


class NodeResult(Protocol):
    """
    What a command came to on one node.
    """

    @property
    def node_id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def output(self) -> str: ...

    @property
    def error(self) -> str: ...


class Outcome(Protocol):
    """
    What a command came to on all nodes.
    """

    @property
    def results(self) -> Sequence[NodeResult]: ...


class Commands(Protocol):
    """
    Run Command.
    """

    def run(
        self,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        node_ids: Sequence[str],
        *,
        comment: str,
        max_concurrency: int = 10,
        max_errors: int = 0,
        timeout_s: float = 600,
    ) -> Outcome:
        """
        Run a document on nodes and wait for every one's result.
        """
