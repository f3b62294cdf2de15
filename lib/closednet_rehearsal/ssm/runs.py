"""
What runs on nodes: commands, their invocations, and associations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


ENDED: Final = frozenset({"Success", "Failed", "Cancelled", "TimedOut"})


@dataclass(slots=True)
class Step:
    """
    What an agent reported about one step (plugin) of a command.
    """

    status: str = "Pending"
    code: int = -1
    stdout: str = ""
    stderr: str = ""
    output: str = ""
    started: str = ""
    ended: str = ""


@dataclass(slots=True)
class Invocation:
    """
    A command on one node.
    """

    node_id: str
    name: str
    message_id: str
    steps: dict[str, Step]
    status: str = "Pending"
    details: str = "Pending"
    dispatched: float | None = None
    delivered: bool = False
    ended: float | None = None
    trace: str = ""


@dataclass(slots=True)
class Command:
    """
    A command sent to nodes; `request` is the validated SendCommand request.
    """

    command_id: str
    request: JsonObject
    document: str
    content: JsonObject
    parameters: JsonObject
    requested: float
    deliver_before: float
    expires: float
    max_concurrency: int
    max_errors: int
    invocations: dict[str, Invocation]
    association_id: str = ""


@dataclass(slots=True)
class Execution:
    """
    One run of an association; the command carries the results.
    """

    execution_id: str
    association_version: int
    created: float
    command_id: str


@dataclass(slots=True)
class Association:
    """
    A State Manager association; `request` is what its current version says.
    """

    association_id: str
    request: JsonObject
    created: float
    updated: float
    version: int = 1
    next_run: float | None = None
    applied: set[str] = field(default_factory=set)
    executions: list[Execution] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
