"""
What the service remembers, per account and Region.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association, Command


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
    channel_token: str = ""
    channel_ready: float | None = None
    key_since: float = 0.0
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
