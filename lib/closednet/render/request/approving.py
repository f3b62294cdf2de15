"""
Who has to approve, until when it holds, how it is done, and over which digests.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from closednet.model import canonical
from closednet.render.request.blocks import Block, Code, Heading, Line, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change_request import ChangeRequest
    from closednet.model.plan import RolloutPlan
    from closednet.render.request.vocabulary import Words

GROUPS = ("parameters", "targets", "notebooks", "library")
# The library's files stand in the JSON; nobody compares hundreds of them by eye.
LISTED = GROUPS[:-1]


def blocks(
    words: Words, rollout: RolloutPlan, request: ChangeRequest
) -> Iterator[Block]:
    """
    Yield the approvals that are needed, and everything that they cover.
    """
    say = words.say
    yield Heading(2, say("approvals"))
    yield Line(demanded(words, request))
    if request.demand.roles:
        rows = tuple(
            (
                role.name,
                str(role.required),
                words.comma.join(role.signers),
                words.comma.join(say(f"step.{step}") for step in role.steps),
            )
            for role in request.demand.roles
        )
        columns = ("role", "required", "signers", "steps")
        yield Sheet(tuple(say(f"column.{name}") for name in columns), rows)
    yield Line(windows(words, request))
    yield Line(say("approvals.after"))
    signs = ".signed" if request.demand.signed else ""
    command = say(f"approvals.command{signs}", digest=rollout.digest)
    yield Code(say(f"approvals.how{signs}"), command, folded=False)
    yield from _digests(words, rollout, request)


def demanded(words: Words, request: ChangeRequest) -> str:
    """
    Return in one sentence whose approval is needed.
    """
    demand = request.demand
    if not demand.signed:
        return words.say("demand.digest")
    hours = f"{demand.valid_hours:g}"
    said = [words.say("demand.signed", n=demand.required, hours=hours)]
    said += [words.say("demand.role", n=r.required, role=r.name) for r in demand.roles]
    return words.gap.join(said)


def windows(words: Words, request: ChangeRequest) -> str:
    """
    Return when changes may be made.
    """
    if not request.demand.windows:
        return words.say("windows.none")
    said = [
        words.say(
            "windows.one", begins=words.moment(w.begins), ends=words.moment(w.ends)
        )
        for w in request.demand.windows
    ]
    return words.say("windows", windows=words.comma.join(said))


def _digests(
    words: Words, rollout: RolloutPlan, request: ChangeRequest
) -> Iterator[Block]:
    say = words.say
    yield Heading(3, say("digests"))
    yield Line(say("digests.lead"))
    rows = [(say("digest"), rollout.digest, "")]
    rows.append((say("digests.settings"), rollout.scope.params_digest, ""))
    for group in GROUPS:
        found = _group(request, group)
        digest = sha256(canonical.text(found).encode()).hexdigest()
        rows.append((say(f"group.{group}"), digest, say("files", n=len(found))))
    columns = ("what", "digest", "parts")
    yield Sheet(tuple(say(f"column.{name}") for name in columns), tuple(rows))
    for group in LISTED:
        lines = [f"{value}  {name}" for name, value in _group(request, group).items()]
        if lines:
            yield Code(say("digests.of", what=say(f"group.{group}")), "\n".join(lines))


def _group(request: ChangeRequest, group: str) -> dict[str, str]:
    return {
        name.removeprefix(f"{group}/"): digest
        for name, digest in request.covers.items()
        if name.startswith(f"{group}/")
    }
