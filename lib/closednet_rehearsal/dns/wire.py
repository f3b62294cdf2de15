"""
Turns questions into answers on the wire: EDNS, truncation, the letters' case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


if TYPE_CHECKING:
    from collections.abc import Callable

    from dns.message import Message
    from dns.rrset import RRset

    from closednet_rehearsal.dns.answer import Answer, Record


UDP_PAYLOAD: Final = 1232
CLASSIC_PAYLOAD: Final = 512
TCP_PAYLOAD: Final = 65535
NEGATIVE_TTL: Final = 5
SOA: Final = "ns.rehearsal. hostmaster.rehearsal. 1 7200 900 1209600 5"


def parse_question(wire: bytes) -> Message | None:
    """
    Return the question in a packet, or None: it deserves no answer.
    """
    try:
        message = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return None
    return None if message.flags & dns.flags.QR else message


def respond(query: Message, resolve: Callable[[str, str], Answer]) -> Message:
    """
    Return the answer to a question; `resolve` says what it is.
    """
    message = skeleton(query)
    if query.opcode() != dns.opcode.QUERY:
        message.set_rcode(dns.rcode.NOTIMP)
    elif len(query.question) != 1:
        message.set_rcode(dns.rcode.FORMERR)
    elif query.question[0].rdclass != dns.rdataclass.IN:
        message.set_rcode(dns.rcode.REFUSED)
    else:
        _fill(message, query.question[0], resolve)
    return message


def failure(query: Message) -> Message:
    """
    Return SERVFAIL for a question.
    """
    message = skeleton(query)
    message.set_rcode(dns.rcode.SERVFAIL)
    return message


def skeleton(query: Message) -> Message:
    """
    Return an answer without content: flags, question and EDNS are in place.
    """
    return dns.message.make_response(
        query, recursion_available=True, our_payload=UDP_PAYLOAD
    )


def to_udp(message: Message, query: Message) -> bytes:
    """
    Return a packet no larger than the asker takes; TC says when it was cut.
    """
    asked = query.payload if query.edns >= 0 else CLASSIC_PAYLOAD
    size = max(CLASSIC_PAYLOAD, min(asked, UDP_PAYLOAD))
    return message.to_wire(max_size=size, prefer_truncation=True, want_shuffle=False)


def to_tcp(message: Message) -> bytes:
    """
    Return a packet with its length in front.
    """
    return message.to_wire(
        max_size=TCP_PAYLOAD, prepend_length=True, want_shuffle=False
    )


def _fill(
    message: Message, question: RRset, resolve: Callable[[str, str], Answer]
) -> None:
    answer = resolve(question.name.to_text(), dns.rdatatype.to_text(question.rdtype))
    message.set_rcode(answer.rcode)
    message.answer = [_rrset(question, record) for record in answer.records]
    if answer.soa:
        soa = dns.rrset.from_text(f"{answer.soa}.", NEGATIVE_TTL, "IN", "SOA", SOA)
        message.authority = [soa]


def _rrset(question: RRset, record: Record) -> RRset:
    # The owner keeps the letters' case of the question (0x20).
    owner = f"{record.owner}." if record.owner else question.name
    return dns.rrset.from_text(owner, record.ttl, "IN", record.rtype, *record.values)
