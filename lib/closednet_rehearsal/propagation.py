"""
What was written is not read at once: reads lag behind writes for a while.

EC2 and IAM are eventually consistent (EC2 developer guide, "Eventual consistency";
IAM user guide, "Changes that I make are not always immediately visible").
"""

from __future__ import annotations

from closednet_rehearsal.stage import world


def written(*what: str) -> None:
    """
    Note that something has just been made.
    """
    world().written["/".join(what)] = world().clock.now()


def unseen(*what: str) -> bool:
    """
    Say whether reads do not find it yet.
    """
    at = world().written.get("/".join(what))
    delay = world().delays.read_after_write
    return at is not None and world().clock.now() < at + delay
