"""
Who asks, and whether a policy's Principal element means them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


ANONYMOUS: Final = "anonymous"
_PARTS: Final = 6


class Named(Enum):
    """
    How a Principal element names a caller.
    """

    NOT = "not at all"
    ACCOUNT = "by the account, which leaves it to the caller's own policies"
    DIRECTLY = "by itself"


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Who signed a request; an unsigned one has no account.

    `principal` is the ARN of a user or of a session of a role. `keyed` says that
    IAM knows the caller: a managed node that signs with its own key is not.
    """

    account: str
    principal: str
    access_key_id: str = ""

    @property
    def keyed(self) -> bool:
        """
        Return whether IAM has policies about this caller.
        """
        return self.principal.split(":")[2:3] in (["iam"], ["sts"])

    @property
    def role_name(self) -> str:
        """
        Return the name of the role whose session this is, or nothing.
        """
        kind, _, rest = self.principal.split(":", _PARTS - 1)[-1].partition("/")
        return rest.split("/")[0] if kind == "assumed-role" else ""

    @property
    def user_name(self) -> str:
        """
        Return the name of the user, or nothing.
        """
        kind, _, rest = self.principal.split(":", _PARTS - 1)[-1].partition("/")
        return rest.rsplit("/", 1)[-1] if kind == "user" else ""


@dataclass(frozen=True, slots=True)
class Names:
    """
    A Principal or NotPrincipal element.
    """

    anyone: bool
    aws: frozenset[str]
    services: frozenset[str]

    def means(self, caller: Caller, role_arn: str = "") -> Named:
        """
        Say how the element names a caller; a role's sessions are the role as well.
        """
        if self.anyone:
            return Named.DIRECTLY
        if caller.principal in self.services:
            return Named.DIRECTLY
        if self.aws & {caller.principal, role_arn or caller.principal}:
            return Named.DIRECTLY
        account = caller.account
        accounts = {account, f"arn:aws:iam::{account}:root"}
        return Named.ACCOUNT if account and self.aws & accounts else Named.NOT


def parsed(element: Any) -> Names | None:
    """
    Return what a Principal element names; None if there is none.
    """
    if element is None:
        return None
    if element == "*":
        return Names(True, frozenset(), frozenset())
    aws = frozenset(_listed(element.get("AWS")))
    services = frozenset(_listed(element.get("Service")))
    return Names("*" in aws, aws, services)


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
