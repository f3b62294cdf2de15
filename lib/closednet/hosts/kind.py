"""
What all kinds have in common whose resources are made by a script on a server.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from closednet.hosts.by_hand import carry
from closednet.hosts.inventory import is_by_hand
from closednet.model.step import PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.scripts import Script
    from closednet.model.change import Found
    from closednet.redact import Secret


class HostSpec(Protocol):
    """
    A spec of something on one server.
    """

    @property
    def host(self) -> str: ...

    @property
    def key(self) -> str: ...


H = TypeVar("H", bound=HostSpec)


class HostKind(PlainKind, ABC, Generic[H]):
    """
    Collects one script a server in create or delete; settling runs them together.
    """

    doing: ClassVar[str]
    undoing: ClassVar[str]
    handover: ClassVar[str]

    def __init__(self, site: str, batch: Batch) -> None:
        self._site = site
        self._batch = batch
        self._facts = batch.facts

    @abstractmethod
    def script(self, spec: H) -> Script:
        """
        Return the script that makes it, however often it runs.
        """

    @abstractmethod
    def undo_script(self, spec: H, resource_id: str) -> Script:
        """
        Return the script that removes it, however often it runs.
        """

    def secrets(self, specs: Iterable[H]) -> Mapping[str, Secret]:
        """
        Return the shell variables that travel on standard input only.
        """
        return {}

    def create(self, spec: H) -> str:
        """
        Put the work on the list of this server.
        """
        self._batch.add(spec.host, self.script(spec))
        return f"{spec.host}:{spec.key.partition('/')[0]}"

    def update(self, old: H, new: H) -> str:
        """
        Put the work on the list of this server.
        """
        return self.create(new)

    def delete(self, spec: H, resource_id: str) -> None:
        """
        Put the removal on the list of this server.
        """
        self._batch.add(spec.host, self.undo_script(spec, resource_id))

    def remaining(self, wanted: Iterable[H]) -> Mapping[str, Found[H]]:
        """
        Return what exists, and guess nothing about servers that did not answer.

        Raises:
            HostError: One did not: what is not seen is not gone.
        """
        specs = list(wanted)
        found = self.find(specs)
        self._batch.quarantine.raise_for(spec.host for spec in specs)
        return found

    @abstractmethod
    def find(self, wanted: Iterable[H]) -> Mapping[str, Found[H]]:
        """
        Return what exists, as far as servers answer. Reads only.
        """

    def settle(self, specs: Iterable[H]) -> None:
        """
        Work on all servers on the list.
        """
        self._batch.run(self.doing, self.secrets(specs))

    def settle_deleted(self, specs: Iterable[H]) -> None:
        """
        Remove from all servers on the list.
        """
        self._batch.run(self.undoing)

    def by_hand(self, spec: H) -> Work | None:
        """
        Return the work of the server's administrator, where there is no SSH.
        """
        host = self._facts.host(spec.host)
        return carry(host, self.handover) if is_by_hand(host) else None
