"""
What the service asks of its surroundings: who calls, and which roles exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


JsonObject: TypeAlias = dict[str, Any]
Environ: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Who sent a request, and the Region it was signed for.
    """

    account: str
    principal: str
    region: str
    access_key_id: str


@dataclass(frozen=True, slots=True)
class RoleView:
    """
    A role as Systems Manager sees it.

    `visible_since` is in seconds of the rehearsal's clock: before it, IAM has not
    propagated the role. `allows`, when given, says whether the role's policies
    allow an action such as `ssm:UpdateInstanceInformation`.
    """

    arn: str
    trust_policy: Mapping[str, Any]
    visible_since: float = 0.0
    allows: Callable[[str], bool] | None = None


class Roles(Protocol):
    """
    Looks a role up by account and name (without path); None if there is none.
    """

    def __call__(self, account: str, role_name: str) -> RoleView | None: ...


class Identify(Protocol):
    """
    Says who sent a request, from its WSGI environment.
    """

    def __call__(self, environ: Environ) -> Caller: ...


@dataclass(frozen=True, slots=True)
class RoleToken:
    """
    Role credentials issued to a managed node; `expires` is in wall time.
    """

    access_key_id: str
    secret_access_key: str
    session_token: str
    expires: float
    account: str
    region: str
    role_name: str
    role_arn: str
    node_id: str

    @property
    def principal(self) -> str:
        """
        The ARN of the assumed-role session.
        """
        return (
            f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/{self.node_id}"
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """
    Seconds of this service beyond the world's common delays.
    """

    invocation_visible: float = 0.2
    delivery_delayed: float = 60.0
    channel_lost: float = 60.0
    token_lifetime: float = 3600.0
    long_poll: float = 15.0
    association_timeout: int = 172_800
    channel_ready: float = 3.0
    channel_resend: float = 10.0
    channel_idle: float = 120.0
    key_lifetime: float = 31_536_000.0


TIMINGS = Timings()
