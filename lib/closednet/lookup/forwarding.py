"""
Whether the site's DNS servers forward a zone, found by asking them.

The rules belong to the site's DNS administrator: they are planned and verified
here, and written by hand.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.errors import LookupFailed
from closednet.model.change import Found
from closednet.model.specs.network import ForwardingRule
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.lookup.resolver import Lookup

ADMINISTRATOR = "DNS administrator"
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Probe:
    """
    A name whose answer shows whether its zone is forwarded, and that answer.
    """

    name: str
    addresses: frozenset[str]


class ForwardingRules(PlainKind):
    """
    Finds forwarding rules by their effect at every DNS server of the site.
    """

    spec_type = ForwardingRule
    actions = Actions(
        "network",
        find=("ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints"),
    )

    def __init__(
        self,
        lookup: Lookup,
        *,
        probes: Callable[[Iterable[str]], Mapping[str, Probe]],
        file_name: str,
    ) -> None:
        self._lookup = lookup
        self._probes = probes
        self._file_name = file_name

    def find(
        self, wanted: Iterable[ForwardingRule]
    ) -> Mapping[str, Found[ForwardingRule]]:
        """
        Return the rules whose zones every DNS server answers with our addresses.
        """
        rules = tuple(wanted)
        probes = self._probes([rule.zone for rule in rules])
        asked = [rule for rule in rules if rule.zone in probes]
        silent: set[str] = set()
        # A server that waits for an inbound endpoint answers each zone slowly.
        with ThreadPoolExecutor(AT_ONCE) as threads:
            works = threads.map(
                lambda rule: self._works(rule, probes[rule.zone], silent), asked
            )
            return {
                rule.key: Found(rule, f"forward {rule.zone}", owned=True)
                for rule, good in zip(asked, works, strict=True)
                if good
            }

    def by_hand(self, spec: ForwardingRule) -> Work:
        """
        The DNS administrator does it, with a file that we write.
        """
        return Work(
            ADMINISTRATOR,
            f"forward {spec.zone} to {' and '.join(spec.targets)}"
            f" on {', '.join(spec.servers)}, as written in {self._file_name}",
        )

    def create(self, spec: ForwardingRule) -> str:
        """
        Return the rule's name: people make it, and `find` sees its effect.
        """
        return f"forward {spec.zone}"

    def update(self, _old: ForwardingRule, new: ForwardingRule) -> str:
        """
        Return the rule's name, as `create` does.
        """
        return self.create(new)

    def delete(self, spec: ForwardingRule, resource_id: str) -> None:
        """
        People remove it.
        """

    def _works(self, rule: ForwardingRule, probe: Probe, silent: set[str]) -> bool:
        return all(self._forwards(server, probe, silent) for server in rule.servers)

    def _forwards(self, server: str, probe: Probe, silent: set[str]) -> bool:
        """
        Tell whether a server gives our answer; a silent one is asked only once.
        """
        if server in silent:
            return False
        try:
            answer = self._lookup.at(server, probe.name)
        except LookupFailed:
            silent.add(server)
            return False
        return bool(probe.addresses) and probe.addresses == set(answer.addresses)
