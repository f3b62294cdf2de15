"""
Asks a DNS server of the site what tells its traps apart, once it answered wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.lookup.sight import TIMEOUT
from closednet.lookup.traps import Case, diagnose
from closednet.model.causes import CAUSES, Diagnosis, Finding


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from closednet.lookup.judge import Expectation
    from closednet.lookup.resolver import Lookup
    from closednet.lookup.traps import Trap
    from closednet.model.forwarders import Product

# Every DNS server knows this name without asking others (RFC 6761).
ITSELF: Final = "localhost"


class Examination:
    """
    Compares what a server says with what the inbound endpoint says.

    Each server is examined once a zone: the questions are the same for every name.
    """

    def __init__(
        self,
        lookup: Lookup,
        *,
        inbound: Sequence[str],
        zones: Iterable[str],
        product: Product,
    ) -> None:
        self._lookup = lookup
        self._inbound = tuple(inbound)
        self._zones = tuple(zones)
        self._product: Product = product
        self._seen: dict[tuple[str, str], tuple[Trap, ...]] = {}

    def diagnosis(
        self, server: str, wanted: Expectation, others: Iterable[Expectation]
    ) -> Diagnosis:
        """
        Return the traps of `server` as causes with their remedies.
        """
        return Diagnosis(
            tuple(
                Finding(
                    trap.name,
                    server,
                    trap.cause,
                    trap.evidence,
                    trap.remedy(self._product),
                    CAUSES[trap.name].who,
                )
                for trap in self.traps(server, wanted, others)
            )
        )

    def traps(
        self, server: str, wanted: Expectation, others: Iterable[Expectation]
    ) -> tuple[Trap, ...]:
        """
        Return the traps that `server` is in for the zone of a name.
        """
        zone = self.zone_of(wanted.name)
        if not zone or server in self._inbound or not wanted.addresses:
            return ()
        if (server, zone) not in self._seen:
            case = self.case(server, zone, wanted, tuple(others))
            self._seen[server, zone] = diagnose(case)
        return self._seen[server, zone]

    def zone_of(self, name: str) -> str:
        """
        Return the forwarded zone that a name is in, or nothing.
        """
        above = [z for z in self._zones if name == z or name.endswith(f".{z}")]
        return max(above, key=len, default="")

    def case(
        self,
        server: str,
        zone: str,
        wanted: Expectation,
        others: Sequence[Expectation],
    ) -> Case:
        """
        Ask, and return what was seen.
        """
        see, name, inbound = self._lookup.see, wanted.name, self._inbound[0]
        plain = see(server, name)
        silent = plain.rcode == TIMEOUT
        unchecked = plain if silent else see(server, name, unchecked=True)
        aaaa = plain if silent else see(server, name, "AAAA")
        lost = silent or (plain.failed and unchecked.failed)
        return Case(
            zone=zone,
            expected=wanted.addresses,
            direct=see(inbound, name),
            direct_aaaa=see(inbound, name, "AAAA"),
            plain=plain,
            unchecked=unchecked,
            aaaa=aaaa,
            aaaa_unchecked=see(server, name, "AAAA", unchecked=True)
            if aaaa.failed
            else aaaa,
            tcp=plain if silent else see(server, name, tcp=True),
            neighbour_works=lost and any(self._works(server, zone, o) for o in others),
            alive=not silent or see(server, ITSELF).rcode != TIMEOUT,
        )

    def _works(self, server: str, zone: str, other: Expectation) -> bool:
        if not other.addresses or self.zone_of(other.name) in {"", zone}:
            return False
        return self._lookup.see(server, other.name).addresses == other.addresses
