"""
Who we are in an account, and who the parameters say we must be.
"""

from __future__ import annotations

from dataclasses import dataclass

from closednet.errors import WrongAccountError


@dataclass(frozen=True, slots=True)
class Identity:
    """
    The caller as AWS sees it.
    """

    account_id: str
    arn: str

    @property
    def principal(self) -> str:
        """
        The role or user without the account, such as `assumed-role/ops/me`.
        """
        return self.arn.rsplit(":", 1)[-1]


def confirm(seen: Identity, *, role: str, expected: str) -> Identity:
    """
    Return `seen` if it belongs to the account that the parameters name.

    Raises:
        WrongAccountError: The credentials belong to another account.
    """
    if seen.account_id != expected:
        raise WrongAccountError(
            f"the {role} account should be {expected}, but the credentials belong to"
            f" {seen.account_id} ({seen.principal})",
            hint=f"use other credentials, or mend accounts.{role} in the parameters",
        ).because(["wrong-account"])
    return seen
