"""
What the resolver of the rehearsed VPC answers at this moment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.dns.moto_state import MotoState
from closednet_rehearsal.dns.names import Names
from closednet_rehearsal.dns.public import AWS, public_answer
from closednet_rehearsal.dns.state import is_below, normal
from closednet_rehearsal.settings import (
    NETWORK_ACCOUNT,
    ON_PREMISES_DNS_SERVER,
    REGION,
    VPC_ID,
)
from closednet_rehearsal.way.reach import lost


if TYPE_CHECKING:
    from closednet_rehearsal.dns.answer import Answer
    from closednet_rehearsal.dns.state import Endpoint
    from closednet_rehearsal.world import World


DNS_PORT: Final = 53


class View:
    """
    Answers questions from the state of the rehearsed AWS.

    Faults are set from outside: names in `public_names` (and below) answer
    publicly, and a `silent` view drops every question.
    """

    def __init__(
        self,
        world: World,
        account: str = NETWORK_ACCOUNT,
        region: str = REGION,
        vpc_id: str = VPC_ID,
    ) -> None:
        self._world = world
        self._names = Names(MotoState(world, account, region, vpc_id))
        self.public_names: frozenset[str] = frozenset()
        self.silent = False

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """
        name = normal(qname)
        if any(is_below(name, normal(public)) for public in self.public_names):
            return public_answer(name, qtype.upper())
        with self._world.lock:
            self._world.clock.settle()
            answer = self._names.resolve(name, qtype)
        if answer.soa and self._world.site.soa_above:
            return replace(answer, soa=AWS)
        return answer

    def arrives(self, address: str, protocol: str) -> bool:
        """
        Say whether a question of the site's DNS server arrives at an address, and
        the answer comes back.
        """
        asker = ON_PREMISES_DNS_SERVER
        return not lost(self._world, asker, address, protocol, DNS_PORT)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """
        Return the interface endpoints that answer at this moment.
        """
        with self._world.lock:
            self._world.clock.settle()
            return self._names.state.endpoints()

    def listens(self) -> bool:
        """
        Say whether an inbound endpoint is operational and may answer.
        """
        with self._world.lock:
            self._world.clock.settle()
            return not self.silent and bool(self._names.state.inbound_endpoint_ips())
