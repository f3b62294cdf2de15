"""
The work of people, team by team, with what they need for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.change import Manual
from closednet.model.step import OWNER
from closednet.render.request.blocks import Block, Code, Heading, Line, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change import Spec
    from closednet.model.change_request import ChangeRequest
    from closednet.model.plan import RolloutPlan
    from closednet.render.request.vocabulary import Words

DNS = "DNS administrator"


def blocks(
    words: Words, rollout: RolloutPlan, request: ChangeRequest
) -> Iterator[Block]:
    """
    Yield what each team does, when, with which file, and how it is verified.
    """
    work = [c for c in rollout.changes if isinstance(c, Manual)]
    yield Heading(2, words.say("manual"))
    yield Line(words.say("manual.lead"))
    teams = dict.fromkeys(change.who for change in work)
    for team in teams:
        yield from _team(words, team, [c for c in work if c.who == team], request)
    if request.firewall:
        yield from _firewall(words, request)
    if not work and not request.firewall:
        yield Line(words.say("manual.none"))


def _team(
    words: Words, team: str, work: list[Manual[Spec]], request: ChangeRequest
) -> Iterator[Block]:
    yield Heading(3, words.say(f"who.{team}"))
    undo = ".undo" if request.undoes else ""
    kind = {DNS: "dns", OWNER: "owner"}.get(team, "servers")
    yield Line(words.say(f"manual.{kind}{undo}"))
    # One script does the work of several changes at a server.
    lines = dict.fromkeys(words.change(change) for change in work)
    yield Sheet((words.say("column.work"),), tuple((line,) for line in lines))
    if team == DNS and request.forwarder:
        title = words.say("manual.file", file=request.forwarder_file)
        yield Code(title, request.forwarder)


def _firewall(words: Words, request: ChangeRequest) -> Iterator[Block]:
    yield Heading(3, words.say("who.firewall team"))
    yield Line(words.say("manual.firewall"))
    columns = ("from", "to", "protocol", "port", "why")
    rows = tuple(
        (
            rule.source,
            rule.destination,
            rule.protocol.upper(),
            str(rule.port),
            words.texts.get(f"why.{rule.why}", rule.why),
        )
        for rule in request.firewall
    )
    yield Sheet(tuple(words.say(f"column.{name}") for name in columns), rows)
