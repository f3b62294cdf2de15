"""
A zone that the site's DNS servers answer themselves, while AWS's answer moves.

Its addresses are those that AWS gave before and will give after, so that they do not
show whether it is there. A name that only this zone has shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import LookupFailed
from closednet.lookup.forwarding import ADMINISTRATOR
from closednet.model.change import Found
from closednet.model.name_override import MARKER, MARKER_ADDRESS
from closednet.model.specs.network import NameOverride
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.lookup.resolver import Lookup
    from closednet.waiting import Waiting

READS: Final = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints")


class NameOverrides(PlainKind):
    """
    Finds an override by its marker at every DNS server of the site.
    """

    spec_type = NameOverride
    actions = Actions("network", find=READS)

    def __init__(
        self,
        lookup: Lookup,
        *,
        waiting: Waiting,
        inbound: Iterable[str],
        files: tuple[str, str],
    ) -> None:
        self._lookup = lookup
        self._waiting = waiting
        self._inbound = tuple(inbound)
        self._during, self._after = files

    def find(self, wanted: Iterable[NameOverride]) -> Mapping[str, Found[NameOverride]]:
        return {
            spec.key: Found(spec, f"override of {spec.zone}", owned=True)
            for spec in wanted
            if all(self._is_marked(server, spec) for server in spec.servers)
        }

    def by_hand(self, spec: NameOverride) -> Work:
        """
        The DNS administrator does it, with a file that we write.
        """
        servers = ", ".join(spec.servers)
        return Work(
            ADMINISTRATOR,
            f"let {servers} answer {spec.zone} and every name below it themselves while"
            f" the answer moves, as written in {self._during}; to take it back, install"
            f" {self._after} again, as soon as {' and '.join(self._inbound)} answer"
            " these names with the same addresses",
        )

    def create(self, spec: NameOverride) -> str:
        """
        Return its name: people make it, and `find` sees its effect.
        """
        return f"override of {spec.zone}"

    def update(self, _old: NameOverride, new: NameOverride) -> str:
        """
        Return its name, as `create` does.
        """
        return self.create(new)

    def delete(self, spec: NameOverride, resource_id: str) -> None:
        """
        People remove it.
        """

    def settle_by_hand(self, specs: Iterable[NameOverride], *, undo: bool) -> None:
        """
        Wait for the override: without it the next change would leave a gap.
        Raises:
            HandsNeededError: It did not show in time.
        """
        wanted = tuple(specs)
        if undo:
            return
        self._waiting.until(
            lambda: len(self.find(wanted)) == len(wanted) or None,
            what=f"the override of {wanted[0].zone} on the site's DNS servers",
            hint=f"have the DNS administrator install {self._during}, then run this"
            " step again: it goes on from here, under the same approval",
        )

    def _is_marked(self, server: str, spec: NameOverride) -> bool:
        try:
            answer = self._lookup.at(server, f"{MARKER}.{spec.zone}")
        except LookupFailed:
            return False
        return answer.addresses == (MARKER_ADDRESS,)
