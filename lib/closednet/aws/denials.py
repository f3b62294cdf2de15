"""
AWS's sentences of denial: what was missing, on what, for whom, and why.

Since 2021 services say which kind of policy refused; the sentence is the same in all
protocols. Source: IAM User Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from typing import Final


_SENTENCE: Final = re.compile(
    r"User: (?P<principal>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r'(?: on resource: "?(?P<resource>[^\s"]+)"?)?'
    r"(?: because no (?P<lacking>.+?) allows the [\w-]+:\w+ action"
    r"| with an explicit deny in an? (?P<denying>[\w -]+))?"
)
_OWNERS: Final = {
    "service control policy": "whoever administers the organisation",
    "resource control policy": "whoever administers the organisation",
    "permissions boundary": "whoever set the boundary of the operator's role",
    "resource-based policy": "the owner of the resource",
    "session policy": "whoever issues the operator's sessions",
}


@dataclass(frozen=True, slots=True)
class Denial:
    """
    An action that was denied; members that AWS did not tell are empty.
    """

    action: str
    resource: str = ""
    principal: str = ""
    lacking: str = ""
    denying: str = ""

    def hint(self, account: str = "") -> str:
        """
        Return what the operator does next; `account` is `network` or `management`.
        """
        on = f" on {self.resource}" if self.resource not in {"", "*"} else ""
        what = f"{self.action}{on}"
        if self.action == "sts:AssumeRole":
            return (
                f"{what}: your own policies must allow it, and the role must exist and"
                " trust you"
            )
        if self.denying:
            owner = _OWNERS.get(self.denying, "whoever wrote it")
            return f"a {self.denying} denies {what}: have {owner} except it"
        if self.lacking == "VPC endpoint policy":
            return (
                f"the VPC endpoint on the way does not admit {what}: let this machine"
                " reach the public API instead, or have the endpoint's policy widened"
            )
        if self.lacking in _OWNERS:
            return (
                f"no {self.lacking} allows {what}: have {_OWNERS[self.lacking]} add it"
            )
        return self._generated(what, account)

    def _generated(self, what: str, account: str) -> str:
        option = f" --account {account}" if account else ""
        return (
            f"allow {what} for {self._who(account)}: attach what `closednet policies"
            f" PARAMS{option}` prints, which contains it; if it is attached, look for a"
            " denying organisation policy"
        )

    def _who(self, account: str) -> str:
        parts = self.principal.split(":")
        named = parts[-1].removeprefix("assumed-role/").removeprefix("user/")
        if len(parts) > 1 and named:
            where = f" in the {account} account" if account else " in account"
            return f"{named.split('/')[0]}{where} {parts[-2]}"
        return f"the operator in the {account} account" if account else "the operator"


def read(message: str, operation: str) -> Denial:
    """
    Return what a message of AWS denies; one without detail denies `operation`.
    """
    found = _SENTENCE.search(message)
    if found is None:
        return Denial(operation)
    return Denial(
        found["action"],
        found["resource"] or "",
        found["principal"],
        found["lacking"] or "",
        (found["denying"] or "").strip(),
    )
