"""
Signed approvals: what a person signs, and whether what was signed is enough.

A signature covers more than the rollout digest: the digests of the parameters, the
notebooks, the library and the targets as they were when the change was requested.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import EvidenceError
from closednet.model import canonical


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.model.demand import Demand
    from closednet.model.plan import Scope

NAMESPACE: Final = "closednet-approval"
FORMAT: Final = "closednet-approval-statement/1"
# Clocks of people's machines differ.
SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Statement:
    """
    What one approver signs; `text` is what the signature is over.

    `covers` has the SHA-256 of everything that must not change between approval and
    apply, `cells` those of the code cells of each notebook, `request` that of the
    file with the change request.
    """

    rollout: str
    scope: dict[str, str]
    covers: dict[str, str]
    cells: dict[str, tuple[str, ...]]
    request: str
    approver: str
    signed_at: str
    expires_at: str

    @property
    def text(self) -> str:
        """
        One line of canonical JSON.
        """
        names = Statement.__slots__
        fields = {name: getattr(self, name) for name in names}
        return canonical.text({"format": FORMAT} | fields) + "\n"

    @classmethod
    def parse(cls, text: str) -> Statement:
        """
        Return the statement that `text` is.

        Raises:
            EvidenceError: It is none, or is spelled otherwise than statements are.
        """
        data = _object(text)
        if data.pop("format", None) != FORMAT or set(data) != set(cls.__slots__):
            raise EvidenceError("this is no approval", hint="sign with this version")
        try:
            cells = {name: tuple(cells) for name, cells in data["cells"].items()}
            statement = cls(**data | {"cells": cells})
            for moment in (statement.signed_at, statement.expires_at):
                datetime.fromisoformat(moment).astimezone(UTC)
            same = statement.text == text
        except (AttributeError, TypeError, ValueError) as err:
            raise EvidenceError("this is no approval", hint="sign it again") from err
        if not same or not _is_texts(data["covers"]) or not _is_texts(data["scope"]):
            raise EvidenceError(
                "the approval is not spelled as approvals are",
                hint="use the file as `closednet approve` wrote it",
            )
        return statement


@dataclass(frozen=True, slots=True)
class Signed:
    """
    A statement with a good signature, and the key that made it.
    """

    statement: Statement
    fingerprint: str

    @property
    def approver(self) -> str:
        """
        Who signed.
        """
        return self.statement.approver


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    Which approvals count, which do not and why, and what is still missing.
    """

    counted: tuple[Signed, ...]
    void: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """
        Whether nothing is missing.
        """
        return not self.missing


def scope_of(scope: Scope) -> dict[str, str]:
    """
    Return where an approval holds, as its statement says it.
    """
    return {name: str(getattr(scope, name)) for name in type(scope).__slots__}


def stamp(now: datetime) -> str:
    """
    Return a moment as statements write it: UTC, seconds.
    """
    text = now.astimezone(UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def judge(
    demand: Demand,
    steps: Iterable[str],
    signed: Iterable[Signed],
    *,
    covers: Mapping[str, str],
    now: datetime,
) -> Judgement:
    """
    Say whether approvals of one rollout are enough for what `steps` would change.

    Args:
        demand: How many have to sign, and in which roles.
        steps: The steps that would change something.
        signed: Approvals whose signatures are good.
        covers: The digests of what is there now.
        now: The moment of use.
    """
    good: dict[str, Signed] = {}
    void: list[tuple[str, str]] = []
    for one in signed:
        reason = _void(one.statement, demand, covers, now)
        if reason:
            void.append((one.approver, reason))
        else:
            good.setdefault(one.approver, one)
    counted = _distinct(good.values(), void)
    void = [(who, why) for who, why in void if who not in {c.approver for c in counted}]
    missing = _missing(demand, set(steps), {one.approver for one in counted})
    return Judgement(counted, tuple(void), missing)


def differences(approved: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """
    Name everything whose digest is not the approved one.
    """
    said: list[str] = []
    for name in sorted({*approved, *found}):
        group, _, item = name.partition("/")
        if name not in found:
            said.append(f"{group}: {item} is gone")
        elif name not in approved:
            said.append(f"{group}: {item} was added")
        elif approved[name] != found[name]:
            said.append(f"{group}: {item} was changed")
    return said


def _void(
    statement: Statement, demand: Demand, covers: Mapping[str, str], now: datetime
) -> str:
    """
    Say why a well-signed approval does not hold, or nothing.
    """
    signed_at = datetime.fromisoformat(statement.signed_at)
    latest = signed_at + timedelta(hours=demand.valid_hours)
    expires_at = min(datetime.fromisoformat(statement.expires_at), latest)
    if now > expires_at:
        return f"expired at {stamp(expires_at)}"
    if signed_at > now + SKEW:
        return f"is signed in the future, at {statement.signed_at}"
    differing = differences(statement.covers, covers)
    return "covers something else now: " + "; ".join(differing) if differing else ""


def _distinct(
    good: Iterable[Signed], void: list[tuple[str, str]]
) -> tuple[Signed, ...]:
    """
    Count one key once, whatever names it goes by.
    """
    by_key: dict[str, Signed] = {}
    for one in good:
        first = by_key.setdefault(one.fingerprint, one)
        if first is not one:
            void.append((one.approver, f"has the same key as {first.approver}"))
    return tuple(by_key.values())


def _missing(demand: Demand, steps: set[str], who: set[str]) -> tuple[str, ...]:
    missing: list[str] = []
    if len(who) < demand.required:
        missing.append(f"{len(who)} of {demand.required} approvals")
    for role in demand.roles:
        have = len(who & set(role.signers))
        if steps & set(role.steps) and have < role.required:
            missing.append(
                f"{have} of {role.required} in the role {role.name}"
                f" (one of: {', '.join(role.signers)})"
            )
    return tuple(missing)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise EvidenceError("this is no approval", hint="name a file that was signed")
    return data
