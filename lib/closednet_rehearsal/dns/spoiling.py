"""
What a DNS server does to a right answer, as BIND, unbound and dnsmasq were seen to.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import dns.flags
import dns.rcode
import dns.rdatatype

from closednet_rehearsal.dns.state import normal
from closednet_rehearsal.dns.wire import failure, skeleton


if TYPE_CHECKING:
    from dns.message import Message

    from closednet_rehearsal.way.site import DnsManners

LOUDLY: Final = "loudly"


def spoiled(manners: DnsManners, query: Message, answer: Message) -> Message:
    """
    Return what is left of a forwarded answer.
    """
    if manners.validates and not query.flags & dns.flags.CD:
        return failure(query)
    if manners.drops_private and _is_private(answer):
        return failure(query) if manners.drops_private == LOUDLY else skeleton(query)
    if manners.strict and _vouched_from_above(query, answer):
        return failure(query)
    return answer


def _is_private(answer: Message) -> bool:
    return any(
        ip_address(item.address).is_private
        for rrset in answer.answer
        if rrset.rdtype == dns.rdatatype.A
        for item in rrset
    )


def _vouched_from_above(query: Message, answer: Message) -> bool:
    """
    Tell whether an empty answer is vouched for by a zone above the Regional ones.
    """
    owners = [normal(rrset.name.to_text()) for rrset in answer.authority]
    asked = normal(query.question[0].name.to_text())
    return any(
        asked.endswith(f".{owner}") and owner.count(".") == 1 for owner in owners
    )
