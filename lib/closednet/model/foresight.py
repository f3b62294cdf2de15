"""
What will break on a day that is known today: expiries, retirements, ages.

Everything is a deadline; a warning is a deadline that is near, or has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal


if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_AGE_DAYS: Final = 90
# The first agent that works without the ec2messages service.
NEEDS_NO_EC2MESSAGES: Final = (3, 3, 40, 0)
# As AWS told its customers, with an extension from 2026-06-16; AWS's documentation
# of the service has the date that holds.
EC2MESSAGES_ENDS: Final = datetime(2026, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deadline:
    """
    What stops working when, and what to do before.
    """

    kind: str
    subject: str
    when: datetime
    effect: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Warned:
    """
    A deadline that is near (`soon`) or has passed (`past`), and its days from today.
    """

    deadline: Deadline
    state: Literal["soon", "past"]
    days: int


def warnings(
    deadlines: Iterable[Deadline], now: datetime, *, ahead_days: int
) -> tuple[Warned, ...]:
    """
    Return the deadlines that passed or come within `ahead_days`, the nearest first.
    """
    found = []
    for one in deadlines:
        left = one.when - now
        if left <= timedelta(0):
            found.append(Warned(one, "past", left.days))
        elif left <= timedelta(days=ahead_days):
            found.append(Warned(one, "soon", left.days))
    return tuple(sorted(found, key=lambda w: (w.deadline.when, w.deadline.subject)))


def activation(activation_id: str, when: datetime, *, missing: int) -> Deadline:
    """
    Return when an activation ends; it matters to servers that are not registered.
    """
    waits = (
        f"{missing} servers are not registered yet and" if missing else "new servers"
    )
    return Deadline(
        "activation",
        activation_id,
        when,
        f"{waits} cannot register with it any more; registered ones stay",
        "run notebook 40 before servers are added: it makes another one",
    )


def certificate(subject: str, file: str, when: datetime) -> Deadline:
    """
    Return when a certificate that this site relies on ends.
    """
    return Deadline(
        "certificate",
        f"{file}: {subject}",
        when,
        "what it vouches for is refused",
        f"replace it in {file}, which the parameters name",
    )


def signing_key(file: str, when: datetime) -> Deadline:
    """
    Return when the key ends that packages are verified with.
    """
    return Deadline(
        "signing-key",
        file,
        when,
        "servers refuse to install or update the SSM Agent from a package",
        "save AWS's current signing key there, compare its fingerprint, and plan anew",
    )


def approver(name: str, when: datetime) -> Deadline:
    """
    Return when an approver's key ends.
    """
    return Deadline(
        "approver-key",
        name,
        when,
        "what this key signs does not count any more",
        "have the approver's new key put into the allowed signers",
    )


def object_lock(place: str, when: datetime) -> Deadline:
    """
    Return when an archive that was laid down may be deleted.
    """
    return Deadline(
        "object-lock",
        place,
        when,
        "the archive may be deleted or overwritten",
        "prolong its retention if you are bound to keep it",
    )


def access_key(key_id: str, user: str, made: datetime) -> Deadline:
    """
    Return when an access key is too old.
    """
    return Deadline(
        "access-key",
        f"{key_id} of {user}",
        made + timedelta(days=KEY_AGE_DAYS),
        f"it is older than {KEY_AGE_DAYS} days",
        "raise generation and roll out notebooks 60 and 70, or choose credentials:"
        " ssm-role, which needs no key",
    )


def old_agent(host: str, version: str) -> tuple[Deadline, ...]:
    """
    Return when a server's SSM Agent loses the only channel that it knows.
    """
    if not version or numbers(version) >= NEEDS_NO_EC2MESSAGES:
        return ()
    return (
        Deadline(
            "retired-service",
            f"{host}: SSM Agent {version}",
            EC2MESSAGES_ENDS,
            "it reaches Systems Manager through ec2messages alone, which AWS retires",
            "update the SSM Agent to 3.3.40.0 or newer",
        ),
    )


def numbers(version: str) -> tuple[int, ...]:
    """
    Return a version as numbers that can be compared.
    """
    return tuple(int(part) for part in version.split(".") if part.isdigit())
