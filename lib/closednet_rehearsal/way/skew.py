"""
What AWS says to an operator whose clock is wrong: it refuses, and tells the time.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from closednet_rehearsal.errors import Answer
    from closednet_rehearsal.world import World

ALLOWED_S: Final = 300
CODES: Final = {
    "ec2": "RequestExpired",
    "json": "InvalidSignatureException",
    "s3": "RequestTimeTooSkewed",
}
OPERATOR: Final = (OPERATOR_ROLE, "rehearsal-operator")


def check(world: World, protocol: str, principal: str) -> None:
    """
    Refuse an operator whose clock is off by more than AWS bears.
    """
    skewed = abs(world.site.operator_skew) > ALLOWED_S
    if skewed and any(name in principal for name in OPERATOR):
        raise Refusal(
            CODES.get(protocol, "SignatureDoesNotMatch"),
            "Signature expired: its date is now earlier than the server's by over 5 min.",
        )


def dated(world: World, answer: Answer) -> Answer:
    """
    Return an answer with the time that AWS's clock shows, seen from a wrong one.
    """
    if not world.site.operator_skew:
        return answer
    now = formatdate(world.clock.now() + world.site.operator_skew, usegmt=True)
    return replace(answer, headers=(*answer.headers, ("Date", now)))
