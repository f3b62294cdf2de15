"""
An answer as data, before it becomes a DNS message.
"""

from __future__ import annotations

from dataclasses import dataclass

from dns.rcode import NOERROR, NXDOMAIN, REFUSED, Rcode


@dataclass(frozen=True, slots=True)
class Record:
    """
    One resource record set: type, values in presentation form, time to live.
    """

    rtype: str
    values: tuple[str, ...]
    ttl: int = 60
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A response code with records, or with the owner of the SOA that says no.
    """

    rcode: Rcode
    records: tuple[Record, ...] = ()
    soa: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """
        The addresses of the answer, whatever names lead to them.
        """
        return tuple(
            value
            for record in self.records
            if record.rtype in {"A", "AAAA"}
            for value in record.values
        )


def found(records: tuple[Record, ...], soa: str) -> Answer:
    """
    Return these records, or "the name exists, nothing of that type".
    """
    return Answer(NOERROR, records) if records else Answer(NOERROR, soa=soa)


def missing(soa: str) -> Answer:
    """
    Return "there is no such name", vouched for by the zone `soa`.
    """
    return Answer(NXDOMAIN, soa=soa)


def refused() -> Answer:
    """
    Return "not a name that I answer for".
    """
    return Answer(REFUSED)
