"""
Causes in names: the site's DNS servers, and what AWS answers them.
"""

from __future__ import annotations

from typing import Final

from closednet.model.causes.cause import Cause


ADMINISTRATOR: Final = "DNS administrator"
VPC_OWNER: Final = "owner of the VPC"

CAUSES: Final = (
    Cause(
        "dnssec-without-internet",
        "the DNS server validates DNSSEC and cannot reach the root servers",
        "exempt {zone} from DNSSEC validation",
        ADMINISTRATOR,
    ),
    Cause(
        "private-addresses-dropped",
        "the DNS server drops answers with private addresses (rebind protection)",
        "allow private addresses in answers for {zone}",
        ADMINISTRATOR,
    ),
    Cause(
        "zone-not-forwarded",
        "the DNS server does not forward the zone to the inbound endpoint",
        "install the generated file, which has a rule for {zone}, make sure that no"
        " other rule or zone is more specific, and flush the cache",
        ADMINISTRATOR,
    ),
    Cause(
        "other-private-addresses",
        "the DNS server keeps an old answer, or has a zone of its own for the name",
        "flush its cache; then look for a zone, a hosts file or a response policy of"
        " its own that covers {zone}",
        ADMINISTRATOR,
    ),
    Cause(
        "inbound-out-of-its-reach",
        "what the DNS server forwards brings no answer, though the inbound endpoint"
        " answers",
        "let this server reach both inbound addresses on port 53, udp and tcp"
        " (resolver security group, firewalls, return route); then compare its"
        " forward rules with the generated file",
        ADMINISTRATOR,
    ),
    Cause(
        "soa-above-zone",
        "the DNS server refuses answers whose SOA record stands above the zone",
        "forward {zone} in place of the zones below it; all AWS names go to the"
        " inbound endpoint then",
        ADMINISTRATOR,
    ),
    Cause(
        "tcp-unanswered",
        "the DNS server answers over udp only",
        "let tcp port 53 of this server through, and have it listen there",
        ADMINISTRATOR,
    ),
)
