"""
What the service remembers, per account and Region.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


ENDED: Final = frozenset({"Success", "Failed", "Cancelled", "TimedOut"})


@dataclass(slots=True)
class Activation:
    """
    A hybrid activation.
    """

    activation_id: str
    code: str
    iam_role: str
    description: str
    default_instance_name: str
    limit: int
    created: float
    expires: float
    tags: dict[str, str]
    registrations: int = 0


@dataclass(slots=True)
class Message:
    """
    A message waiting for a node's agent.
    """

    message_id: str
    topic: str
    payload: str
    created: float
    deliver_before: float
    visible_at: float = 0.0


@dataclass(slots=True)
class Node:
    """
    A managed node, with what its agent last said.
    """

    node_id: str
    activation_id: str
    iam_role: str
    name: str
    fingerprint: str
    public_key: str
    registered: float
    tags: dict[str, str]
    details: dict[str, str] = field(default_factory=dict)
    last_ping: float | None = None
    last_poll: float | None = None
    polls: int = 0
    inbox: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Setting:
    """
    A customised service setting; `before` holds until `settles`.
    """

    value: str
    before: str
    modified: float
    user: str
    settles: float
    reset: bool = False


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """
    One version of a document's text.
    """

    number: int
    text: str
    format: str
    created: float
    name: str = ""


@dataclass(slots=True)
class Document:
    """
    A document with its versions, oldest first.
    """

    name: str
    owner: str
    type: str
    versions: list[DocumentVersion]
    default: int = 1
    display_name: str = ""
    target_type: str = ""
    platforms: tuple[str, ...] = ("Windows", "Linux", "MacOS")
    tags: dict[str, str] = field(default_factory=dict)


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


@dataclass(slots=True)
class Session:
    """
    A Session Manager session.
    """

    session_id: str
    target: str
    document: str
    owner: str
    reason: str
    started: float
    ended: float | None = None


@dataclass(slots=True)
class Scope:
    """
    Everything of one account in one Region.
    """

    account: str
    region: str
    activations: dict[str, Activation] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    open_commands: set[str] = field(default_factory=set)
    associations: dict[str, Association] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
