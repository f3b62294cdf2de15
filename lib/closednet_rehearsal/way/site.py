"""
The site's side of the way: its firewall, its DNS server's manners, boxes in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Blocked:
    """
    What a firewall of the site drops; an empty member means any.
    """

    protocol: str = ""
    port: int = 0
    destination: str = ""

    def fits(self, protocol: str, port: int, destination: str) -> bool:
        """
        Say whether this is about such a packet.
        """
        return (
            self.protocol in {"", protocol}
            and self.port in {0, port}
            and self.destination in {"", destination}
        )


@dataclass(slots=True)
class DnsManners:
    """
    How the site's DNS server treats what it forwards.

    `validates` and cannot reach the root, takes private addresses out `silently` (as
    unbound and dnsmasq do) or `loudly` (as BIND does), is `strict` about the owner of
    an SOA record, is deaf over TCP, silent altogether, answers forwarded names as
    the internet does, forwards to `targets` instead of where it should, or has `kept`
    old answers.
    """

    validates: bool = False
    drops_private: str = ""
    strict: bool = False
    deaf_over_tcp: bool = False
    silent: bool = False
    public: bool = False
    refuses: bool = False
    targets: tuple[str, ...] = ()
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class SiteNetwork:
    """
    The network of the site, without faults at first.

    Args:
        firewall: What is dropped on the way to the VPC.
        inspects: A box opens TLS and shows a certificate of its own.
        loses_large: Packets of full size vanish on the way.
        operator_skew: How many seconds the operator's clock is slow.
        soa_above: AWS's resolver names a zone above the forwarded one in its SOA.
    """

    firewall: list[Blocked] = field(default_factory=list)
    dns: DnsManners = field(default_factory=DnsManners)
    inspects: bool = False
    loses_large: bool = False
    soa_above: bool = False
    operator_skew: float = 0.0

    def drops(self, protocol: str, port: int, destination: str) -> bool:
        """
        Say whether the site's firewall drops such a packet.
        """
        return any(rule.fits(protocol, port, destination) for rule in self.firewall)
