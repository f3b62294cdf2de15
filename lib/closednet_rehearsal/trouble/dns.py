"""
Troubles with names: the site's DNS server, and what AWS answers it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.dns import admin
from closednet_rehearsal.settings import REGION
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Scene, Undo

INBOUND: Final = "inbound-endpoint"
OWN_NAMES: Final = ".vpce."
SOMEWHERE: Final = ("10.20.9.10",)
OLD: Final = {f"ssm.{REGION}.amazonaws.com": ("10.20.99.5",)}


def _forget_own_names(scene: Scene) -> Undo:
    admin.forget(scene.work_dir, OWN_NAMES)
    return partial(admin.forget, scene.work_dir, "")


def _behave(scene: Scene, **manners: Any) -> Undo:
    server = scene.world.site.dns
    before = {name: getattr(server, name) for name in manners}
    _set(server, manners)
    return lambda: _set(server, before)


def _set(thing: object, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(thing, name, value)


def _vouch_from_above(scene: Scene) -> Undo:
    site = scene.world.site
    site.soa_above = site.dns.strict = True

    def undo() -> None:
        site.soa_above = site.dns.strict = False

    return undo


TROUBLES: Final[tuple[Trouble, ...]] = (
    Trouble(
        "dns-own-names-not-forwarded",
        "The DNS administrator forwards the services' zone and forgets the second"
        " one, of the endpoints' own names.",
        INBOUND,
        "zone-not-forwarded",
        _forget_own_names,
    ),
    Trouble(
        "dns-public-answers",
        "The DNS server still sends AWS's names to the internet, and answers with"
        " public addresses.",
        INBOUND,
        "zone-not-forwarded",
        partial(_behave, public=True),
    ),
    Trouble(
        "dns-refuses-zones",
        "An access list of the DNS server refuses AWS's names.",
        INBOUND,
        "zone-not-forwarded",
        partial(_behave, refuses=True),
    ),
    Trouble(
        "dns-wrong-target",
        "The forwarding rules lead to an address that nobody has.",
        INBOUND,
        "inbound-out-of-its-reach",
        partial(_behave, targets=SOMEWHERE),
    ),
    Trouble(
        "dns-rebind-protection",
        "The DNS server takes private addresses out of answers, without a word"
        " (unbound, dnsmasq).",
        INBOUND,
        "private-addresses-dropped",
        partial(_behave, drops_private="silently"),
    ),
    Trouble(
        "dns-private-addresses-denied",
        "The DNS server fails on answers with private addresses (BIND's"
        " deny-answer-addresses).",
        INBOUND,
        "private-addresses-dropped",
        partial(_behave, drops_private="loudly"),
    ),
    Trouble(
        "dns-validates-dnssec",
        "The DNS server validates DNSSEC and has no way to the root servers.",
        INBOUND,
        "dnssec-without-internet",
        partial(_behave, validates=True),
    ),
    Trouble(
        "dns-strict-about-soa",
        "AWS vouches for an empty answer from above the forwarded zone, and BIND"
        " refuses that.",
        INBOUND,
        "soa-above-zone",
        _vouch_from_above,
    ),
    Trouble(
        "dns-no-tcp",
        "The DNS server listens on udp only.",
        INBOUND,
        "tcp-unanswered",
        partial(_behave, deaf_over_tcp=True),
    ),
    Trouble(
        "dns-stale-answer",
        "The DNS server keeps an old answer for one service.",
        INBOUND,
        "other-private-addresses",
        partial(_behave, kept=OLD),
    ),
    Trouble(
        "dns-server-down",
        "The site's DNS server does not run when the rollout begins.",
        "preflight",
        "dns-server-silent",
        partial(_behave, silent=True),
    ),
    Trouble(
        "dns-server-dies",
        "The site's DNS server stops once it was configured.",
        "hosted-zone",
        "dns-server-silent",
        partial(_behave, silent=True),
    ),
)
