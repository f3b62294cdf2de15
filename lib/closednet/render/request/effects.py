"""
Effects on others: names that are answered otherwise, settings of the account, risks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.render.request.blocks import Block, Heading, Line, Points, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change_request import ChangeRequest
    from closednet.render.request.vocabulary import Words


def blocks(words: Words, request: ChangeRequest) -> Iterator[Block]:
    """
    Yield whom the change touches besides the site's servers, and what may go wrong.
    """
    yield Heading(2, words.say("effects"))
    yield from _names(words, request)
    yield from _risks(words, request)


def _names(words: Words, request: ChangeRequest) -> Iterator[Block]:
    if not request.names:
        return
    say = words.say
    yield Heading(3, say("names"))
    servers = words.comma.join(request.dns_servers)
    yield Line(say("names.lead", vpc=request.vpc, servers=servers))
    columns = ("name", "taken_by", "today", "affected")
    rows = tuple(
        (
            use.name,
            say(f"taken.{use.taken_by}"),
            say(f"today.{use.today}"),
            say(f"affected.{use.taken_by}", vpc=request.vpc, servers=servers),
        )
        for use in request.names
    )
    yield Sheet(tuple(say(f"column.{name}") for name in columns), rows)
    yield from _others(words, request)


def _others(words: Words, request: ChangeRequest) -> Iterator[Block]:
    say = words.say
    if request.users:
        yield Line(say("users", vpc=request.vpc))
        yield Points(
            tuple(say("users.sort", n=n, sort=sort) for sort, n in request.users)
        )
    else:
        yield Line(say("users.none", vpc=request.vpc))
    if request.zones:
        yield Line(say("zones", vpc=request.vpc))
        yield Points(request.zones)


def _risks(words: Words, request: ChangeRequest) -> Iterator[Block]:
    say = words.say
    yield Heading(3, say("risks"))
    if not request.risks:
        yield Line(say("risks.none"))
        return
    columns = ("level", "risk", "effect", "measure")
    rows = tuple(
        (
            say(f"level.{risk.level}"),
            say(f"risk.{risk.kind}"),
            say(f"effect.{risk.kind}", **risk.facts),
            say(f"measure.{risk.kind}", **risk.facts),
        )
        for risk in request.risks
    )
    marks = tuple(f"level-{risk.level}" for risk in request.risks)
    heads = tuple(say(f"column.{name}") for name in columns)
    yield Sheet(heads, rows, marks, kind="risks")
