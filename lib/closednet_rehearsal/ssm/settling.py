"""
Everything that time alone changes, brought up to date before each answer.

Due times are compared here, rather than queued on the clock, so that no event
takes the world's lock while the clock's own lock is held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import dispatch, executions


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.service import Service


def settle(service: Service) -> None:
    """
    End what has run out of time and run the associations that are due.
    """
    for scope in list(service.scopes.values()):
        dispatch.settle(service, scope)
        executions.settle(service, scope)
