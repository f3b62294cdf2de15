"""
Which interface endpoint stands at an address or behind a name, and the names that
its certificate bears, as AWS's do.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Final, Protocol

from closednet_rehearsal.dns.state import normal


if TYPE_CHECKING:
    import ssl

    from closednet_rehearsal.dns.answer import Answer
    from closednet_rehearsal.dns.state import Endpoint
    from closednet_rehearsal.site.certificates import Authority


OWN_NAME: Final = re.compile(
    r"(?:\*\.)?(?P<endpoint>vpce-[^.]+)\.(?P<service>.+)\.(?P<region>[a-z0-9-]+)"
    r"\.vpce\.amazonaws\.com"
)
S3_KINDS: Final = ("bucket", "accesspoint", "control")


class Network(Protocol):
    """
    What the doors need to know: a `View`, or a double of one.
    """

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """

    def endpoints(self) -> tuple[Endpoint, ...]:
        """
        Return the interface endpoints that answer at this moment.
        """


class Doors:
    """
    Finds the TLS context of whatever endpoint somebody knocks at.
    """

    def __init__(self, network: Network, authority: Authority) -> None:
        self._network = network
        self._authority = authority

    def at(self, address: str) -> ssl.SSLContext | None:
        """
        Return the context of the endpoint at an address; None: nobody is there.
        """
        for endpoint in self._network.endpoints():
            if any(each.ip == address for each in endpoint.interfaces):
                return self._authority.context(certificate_names(endpoint))
        return None

    def named(self, name: str) -> ssl.SSLContext | None:
        """
        Return the context of the endpoint to which a name leads; None: to none.
        """
        addresses = self._network.resolve(name, "A").addresses
        found = (self.at(address) for address in addresses)
        return next((context for context in found if context is not None), None)


def certificate_names(endpoint: Endpoint) -> tuple[str, ...]:
    """
    Return the names of an endpoint's certificate; a star covers one label.

    An endpoint of S3 is known by its buckets' names too, whether or not its
    private DNS is on: the certificate is the service's, not the name server's.
    """
    names = {normal(name) for name in endpoint.dns_names}
    for own in filter(None, map(OWN_NAME.fullmatch, sorted(names))):
        service, region = own["service"], own["region"]
        regional = f"{service}.{region}.amazonaws.com"
        names |= {regional, f"*.{service}.{region}.vpce.amazonaws.com"}
        if service == "s3":
            base = f"{own['endpoint']}.{service}.{region}.vpce.amazonaws.com"
            names |= {f"*.{regional}", f"*.{base}"}
            names |= {f"*.{kind}.{base}" for kind in S3_KINDS}
    return tuple(sorted(names))
