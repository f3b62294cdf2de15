"""
One answer of a DNS server with everything that tells why it is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import dns.edns
import dns.rcode
import dns.rdatatype


if TYPE_CHECKING:
    from dns.message import Message

TIMEOUT: Final = "TIMEOUT"
SERVFAIL: Final = "SERVFAIL"
NOERROR: Final = "NOERROR"
_SOA: Final = dns.rdatatype.SOA


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What one question brought.

    `rcode` is TIMEOUT where nothing came back; `soa` owns the authority's SOA
    record, `errors` are extended DNS errors (RFC 8914), and `unchecked` says that
    the server was asked not to validate (the CD bit, RFC 4035 section 3.2.2).
    """

    name: str
    rcode: str
    addresses: frozenset[str] = frozenset()
    soa: str = ""
    errors: tuple[int, ...] = ()
    unchecked: bool = False

    @property
    def failed(self) -> bool:
        """
        Whether the server said that it could not find out.
        """
        return self.rcode == SERVFAIL

    @property
    def empty(self) -> bool:
        """
        Whether the name exists and nothing of the type came with it.
        """
        return self.rcode == NOERROR and not self.addresses

    @property
    def outcome(self) -> str:
        """
        The addresses, or why there are none, in words that never vary.
        """
        if self.addresses:
            return ", ".join(sorted(self.addresses))
        return "NODATA" if self.empty else self.rcode


def read(
    name: str, rdtype: str, message: Message | None, *, unchecked: bool = False
) -> Sight:
    """
    Return what a message says, or that none came.
    """
    if message is None:
        return Sight(name, TIMEOUT, unchecked=unchecked)
    wanted = dns.rdatatype.from_text(rdtype)
    owners = [rrset.name for rrset in message.authority if rrset.rdtype == _SOA]
    return Sight(
        name=name,
        rcode=dns.rcode.to_text(message.rcode()),
        addresses=frozenset(
            item.to_text()
            for rrset in message.answer
            if rrset.rdtype == wanted
            for item in rrset
        ),
        soa=owners[0].to_text(omit_final_dot=True).lower() if owners else "",
        errors=tuple(
            sorted(
                int(option.code)
                for option in message.options
                if isinstance(option, dns.edns.EDEOption)
            )
        ),
        unchecked=unchecked,
    )
