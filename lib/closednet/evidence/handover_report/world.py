"""
The site as the run left it: drawing, DNS answers, servers, metrics.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from closednet.evidence.handover_report import history
from closednet.evidence.handover_report.moments import moment
from closednet.render import panels, topology
from closednet.render.request.blocks import Block, Heading, Line, Picture, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.evidence.handover_report.history import Answer
    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords
    from closednet.hosts.facts import HostFacts


ONLINE: Final = " is an online managed node"


def blocks(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield pictures and tables for whoever takes the site over.
    """
    yield Heading(2, words.say("world"))
    yield from _drawing(words, run)
    yield from _names(words, run)
    yield from _servers(words, run)
    yield from _metrics(words, run)


def _drawing(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    if run.params is not None:
        drawn = replace(topology.of(run.params), labels=words.labels_of_drawing)
        yield Heading(3, words.say("world.network"))
        yield Picture(topology.svg(drawn), words.say("world.network.picture"))


def _names(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    say, answers = words.say, history.answers(run.events)
    yield Heading(3, say("world.names"))
    if not answers:
        yield Line(say("world.names.none"))
        return
    yield Line(say("world.names.lead"))
    rows = tuple(
        (asked, one.name, _said(words, run, one.before), _said(words, run, one.after))
        for one, asked in _asked(words, run, answers)
    )
    marks = tuple(
        "moved" if one.before != one.after else ""
        for one, _ in _asked(words, run, answers)
    )
    columns = ("asked", "name", "before", "after")
    heads = tuple(say(f"column.{name}") for name in columns)
    yield Sheet(heads, rows, marks, kind="names")


def _asked(
    words: ReportWords, run: RunRecord, answers: Iterable[Answer]
) -> list[tuple[Answer, str]]:
    """
    Return each answer with all servers that gave it, the site's own first.
    """
    site = set(run.params.network.dns_servers) if run.params else set()
    found: dict[tuple[object, ...], list[Answer]] = {}
    for one in sorted(answers, key=lambda a: (a.server not in site, a.server, a.name)):
        found.setdefault((one.name, one.before, one.after), []).append(one)
    return [
        (
            same[0],
            "\n".join(
                words.say(
                    f"server.{'site' if one.server in site else 'inbound'}",
                    server=one.server,
                )
                for one in same
            ),
        )
        for same in found.values()
    ]


def _said(words: ReportWords, run: RunRecord, seen: tuple[str, ...]) -> str:
    """
    Return an answer, and whether its addresses lie in the VPC.
    """
    if run.params is None or not seen or not seen[0][:1].isdigit():
        return words.comma.join(seen)
    vpc = ip_network(run.params.network.vpc_cidr)
    inside = all(ip_address(address) in vpc for address in seen)
    return (
        f"{words.comma.join(seen)}\n{words.say('in_vpc' if inside else 'not_in_vpc')}"
    )


def _servers(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    say, found = words.say, history.servers(run.events)
    hosts = run.params.hosts if run.params else ()
    if not hosts:
        return
    yield Heading(3, say("world.servers"))
    ran = history.scripts(run.events)
    states = {
        check.subject: "online" if check.passed else "offline"
        for check in run.report.checks
        if check.claim.endswith(ONLINE)
    }
    rows = tuple(
        (
            host.name,
            host.address,
            _system(found.get(host.name), host.os),
            _node(words, found.get(host.name), states.get(host.name, "not_checked")),
            _value(words, found.get(host.name), "ssm_version"),
            _cloudwatch(words, found.get(host.name)),
            say(
                "scripts",
                n=ran.get(host.name, (0, 0))[0],
                f=ran.get(host.name, (0, 0))[1],
            ),
        )
        for host in hosts
    )
    columns = (
        "host",
        "address",
        "os",
        "node",
        "ssm_agent",
        "cloudwatch_agent",
        "scripts",
    )
    marks = tuple("delete" if states.get(h.name) == "offline" else "" for h in hosts)
    yield Sheet(tuple(say(f"column.{name}") for name in columns), rows, marks)


def _system(found: HostFacts | None, said: str) -> str:
    return f"{found.os_id} {found.os_version} {found.arch}" if found else said


def _node(words: ReportWords, found: HostFacts | None, state: str) -> str:
    said = words.say(f"node.{state}")
    return f"{found.node_id if found else ''}\n{said}".strip()


def _value(words: ReportWords, found: HostFacts | None, name: str) -> str:
    value = getattr(found, name, "") if found else ""
    return str(value) or words.say("value.none")


def _cloudwatch(words: ReportWords, found: HostFacts | None) -> str:
    if found is None or not found.cloudwatch_installed:
        return words.say("value.none")
    status = found.cloudwatch
    return f"{status.version}\n{status.status}".strip()


def _metrics(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    say, measured = words.say, history.measurements(run.events)
    yield Heading(3, say("world.metrics"))
    metrics: dict[str, tuple[panels.Line, ...]] = {}
    for one in measured:
        points = tuple((moment(when), float(value)) for when, value in one["points"])
        line = panels.Line(str(one["host"]), points)
        name = str(one["metric"])
        metrics[name] = (*metrics.get(name, ()), line)
    if not metrics:
        yield Line(say("world.metrics.none"))
        return
    hosts = len({one["host"] for one in measured})
    yield Picture(
        panels.svg(metrics), say("world.metrics.picture", m=len(metrics), h=hosts)
    )
    left = len(metrics) - panels.MOST_PANELS
    if left > 0:
        yield Line(say("world.metrics.more", n=left))
