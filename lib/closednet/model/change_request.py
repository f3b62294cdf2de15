"""
What a change advisory board is told, besides the plan itself, as data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet.model.costs import CostLine
    from closednet.model.demand import Demand
    from closednet.model.firewall import FirewallRule
    from closednet.model.risks import Risk


@dataclass(frozen=True, slots=True)
class Lasting:
    """
    What a rollback of one resource cannot bring back.
    """

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class StepRequest:
    """
    One step of the request: how long it takes and what it calls.

    `writes` and `reads` are operations as IAM names them; `lasting` says what cannot
    be undone.
    """

    step: str
    notebook: str
    minutes: int
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    lasting: tuple[Lasting, ...] = ()


@dataclass(frozen=True, slots=True)
class NameUse:
    """
    A name that will be answered otherwise: by what, and how it is answered today.

    `today` is `private`, `public`, `both`, `none` or `unknown`.
    """

    name: str
    taken_by: str
    today: str


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """
    All that stands in a change request beside the plan.

    `covers` has the SHA-256 of everything that an approval covers; `users` are the
    network interfaces of others in the VPC, by sort.
    """

    simulated: bool
    undoes: str
    steps: tuple[StepRequest, ...]
    waits_minutes: float
    costs: tuple[CostLine, ...]
    prices_as_of: str
    names: tuple[NameUse, ...]
    users: tuple[tuple[str, int], ...]
    zones: tuple[str, ...]
    risks: tuple[Risk, ...]
    firewall: tuple[FirewallRule, ...]
    dns_product: str
    forwarder: str
    forwarder_file: str
    vpc: str
    dns_servers: tuple[str, ...]
    demand: Demand
    covers: dict[str, str]
    cells: dict[str, tuple[str, ...]]

    @property
    def minutes(self) -> int:
        """
        How long it takes, without waiting for people.
        """
        return sum(step.minutes for step in self.steps)
