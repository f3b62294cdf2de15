"""
The inventory against what AWS lists: who is there, missing, twice, or unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from closednet.model.matching import nodes_of
from closednet.params.fleet import waves


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from closednet.model.matching import Listed
    from closednet.params.site import Host, SiteParams

State = Literal["online", "lost", "missing", "twice", "elsewhere", "unknown"]
STATES: Final[tuple[State, ...]] = (
    *("twice", "elsewhere", "unknown", "lost", "missing"),
    "online",
)


@dataclass(frozen=True, slots=True)
class Row:
    """
    One server, or one node that is none of them; and by what that is known.
    """

    name: str
    wave: int
    state: State
    node_id: str
    evidence: str


def reconcile(
    params: SiteParams, nodes: Iterable[Listed], own: Mapping[str, str]
) -> tuple[Row, ...]:
    """
    Return a row for every server and every node, what needs attention first.

    `own` holds what servers that were asked call themselves, "" for not registered.
    """
    listed = list(nodes)
    of_host = nodes_of(params.hosts, listed)
    known = {node.node_id for found in of_host.values() for node in found}
    rows = [
        _server(host, number, of_host.get(host.name, []), own.get(host.name))
        for number, wave in enumerate(waves(params.hosts, params.rollout.waves), 1)
        for host in wave
    ]
    rows += [_stranger(node) for node in listed if node.node_id not in known]
    return tuple(sorted(rows, key=lambda row: STATES.index(row.state)))


def counts(rows: Iterable[Row]) -> dict[State, int]:
    """
    Return how many rows there are of each state that occurs.
    """
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in STATES if counted[state]}


def _server(host: Host, wave: int, nodes: Sequence[Listed], own: str | None) -> Row:
    if own and own not in {node.node_id for node in nodes}:
        words = f"calls itself {own}, which this site does not list"
        return Row(host.name, wave, "elsewhere", own, words)
    if not nodes:
        said = "AWS lists no node of this name or address"
        if own == "":
            said += ", and the server knows of no registration"
        return Row(host.name, wave, "missing", "", said)
    live = next((node for node in nodes if node.node_id == own), nodes[0])
    evidence = "; ".join(_likeness(host, live, own))
    if len(nodes) > 1:
        stale = ", ".join(n.node_id for n in nodes if n is not live)
        evidence = f"{evidence}; stale, to be deregistered: {stale}"
        return Row(host.name, wave, "twice", live.node_id, evidence)
    state: State = "online" if live.ping_status == "Online" else "lost"
    return Row(host.name, wave, state, live.node_id, evidence)


def _likeness(host: Host, node: Listed, own: str | None) -> Iterator[str]:
    if own == node.node_id:
        yield "the server says so itself"
    short = node.computer_name.partition(".")[0].lower()
    if short == host.name.lower():
        yield "same name"
    elif short:
        yield f"but it is named {node.computer_name}"
    if node.ip_address == host.address:
        yield "same address"
    elif node.ip_address:
        yield f"but its address is {node.ip_address}"
    if node.ping_status != "Online":
        yield node.ping_status


def _stranger(node: Listed) -> Row:
    words = f"{node.computer_name or 'no name'}, {node.ip_address or 'no address'}"
    return Row(
        "",
        0,
        "unknown",
        node.node_id,
        f"carries this site's tag, but is no server of the inventory: {words}",
    )
