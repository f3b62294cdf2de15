"""
Everything that closednet refuses or fails with.

::

    ClosednetError
    ├─ ParamsError            the parameters are wrong, all problems at once
    ├─ PreconditionError      something that must already hold does not
    ├─ ApprovalError          no digest, or another one
    │   ├─ StalePlanError     the world moved between plan and apply
    │   └─ VoidApprovalError  expired, outside the window, or for something else
    ├─ HandsNeededError       commands wait to be run by hand (mode: instruct)
    ├─ UnsafePlanError        would change or delete what is not ours
    ├─ BusyError              another run holds this site
    ├─ WrongAccountError      the caller is not who the parameters expect
    ├─ ApplyError             a change failed; carries the receipt so far
    ├─ DriftError             a rollback found something it did not create
    ├─ VerificationError      a check failed
    ├─ AdapterError           anything outside said no
    │   ├─ AwsError
    │   │   ├─ AwsDenied
    │   │   └─ AwsThrottled
    │   ├─ LookupFailed
    │   └─ HostError
    │       └─ CommandFailed
    └─ EvidenceError          a broken chain, or a secret about to be written
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self


class ClosednetError(Exception):
    """
    Says what happened and, in `hint`, what the operator does next.

    `causes` are the ids of the causes that were found for it (`model.causes`),
    `left_open` those that what was seen does not tell apart.
    """

    exit_code: ClassVar[int] = 5
    causes: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def because(self, causes: Iterable[str], left_open: Iterable[str] = ()) -> Self:
        """
        Return this error with the causes that were found for it.
        """
        self.causes = tuple(dict.fromkeys((*self.causes, *causes)))
        self.left_open = tuple(
            cause
            for cause in dict.fromkeys((*self.left_open, *left_open))
            if cause not in self.causes
        )
        return self

    def __str__(self) -> str:
        cause = f"\n  cause: {', '.join(self.causes)}" if self.causes else ""
        left = f"\n  open: {', '.join(self.left_open)}" if self.left_open else ""
        move = f"\n  next: {self.hint}" if self.hint else ""
        return f"{self.message}{cause}{left}{move}"

    def _render_traceback_(self) -> list[str]:
        """
        Show a person the message instead of a traceback (IPython's hook).
        """
        return [f"⛔ {type(self).__name__}: {self}"]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing wrong in the parameters: where, what, and what would be right.
    """

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = f" (line {self.line})" if self.line else ""
        return f"{self.path or '(file)'}{place}: {self.message}"


class ParamsError(ClosednetError, ValueError):
    """
    The parameters are wrong; `problems` names every one of them.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str = ""
    ) -> None:
        self.problems = tuple(problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(message + lines, hint=hint)


class PreconditionError(ClosednetError):
    """
    Something that must already hold does not; `missing` names it.
    """

    def __init__(
        self, message: str, *, missing: Sequence[str] = (), hint: str = ""
    ) -> None:
        self.missing = tuple(missing)
        super().__init__(message, hint=hint)


class ApprovalError(ClosednetError):
    """
    Nobody approved this plan; `digest` is what would approve it.
    """

    exit_code = 3

    def __init__(self, message: str, *, digest: str = "", hint: str = "") -> None:
        self.digest = digest
        super().__init__(message, hint=hint)


class StalePlanError(ApprovalError):
    """
    What would be done now is not what was approved.
    """

    exit_code = 4


class VoidApprovalError(ApprovalError):
    """
    An approval does not hold here and now; the message says why.
    """

    exit_code = 4


class HandsNeededError(ClosednetError):
    """
    Commands wait to be run by hand; `script` holds all of them.
    """

    exit_code = 3

    def __init__(self, message: str, *, script: str = "", hint: str = "") -> None:
        self.script = script
        super().__init__(message, hint=hint)


class UnsafePlanError(ClosednetError):
    """
    The plan would change or delete something that is not ours.
    """

    exit_code = 4


class BusyError(ClosednetError):
    """
    Another run is working on the same site.
    """

    exit_code = 4


class WrongAccountError(ClosednetError):
    """
    The credentials belong to another account than the parameters name.
    """

    exit_code = 4


class ApplyError(ClosednetError):
    """
    A change failed; `receipt` holds what was done before it.
    """

    def __init__(self, message: str, *, receipt: object, hint: str = "") -> None:
        self.receipt = receipt
        super().__init__(message, hint=hint)


class DriftError(ClosednetError):
    """
    A resource is no longer what the receipt says we made.
    """

    exit_code = 4


class VerificationError(ClosednetError):
    """
    A check failed; `report` holds all of them.
    """

    exit_code = 1

    def __init__(self, message: str, *, report: object, hint: str = "") -> None:
        self.report = report
        super().__init__(message, hint=hint)


class AdapterError(ClosednetError):
    """
    AWS, a DNS server or a host said no.
    """


class AwsError(AdapterError):
    """
    AWS refused a call.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        code: str = "",
        request_id: str = "",
        hint: str = "",
    ) -> None:
        self.operation = operation
        self.code = code
        self.request_id = request_id
        super().__init__(message, hint=hint)


class AwsDenied(AwsError):  # noqa: N818 - the service's own word
    """
    The caller may not make this call; the hint names the action.
    """


class AwsThrottled(AwsError):  # noqa: N818 - the service's own word
    """
    AWS asked to slow down for longer than we were ready to wait.
    """


class LookupFailed(AdapterError):  # noqa: N818 - reads as what happened
    """
    A DNS server did not answer, or not with an address.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str = "",
        server: str = "",
        rcode: str = "",
        hint: str = "",
    ) -> None:
        self.name = name
        self.server = server
        self.rcode = rcode
        super().__init__(message, hint=hint)


class HostError(AdapterError):
    """
    A server could not be reached or did not behave; `host` names it.
    """

    def __init__(self, message: str, *, host: str = "", hint: str = "") -> None:
        self.host = host
        super().__init__(message, hint=hint)


class CommandFailed(HostError):  # noqa: N818 - reads as what happened
    """
    A script ended with an error on a server; `result` is its transcript.
    """

    def __init__(
        self, message: str, *, host: str = "", result: object = None, hint: str = ""
    ) -> None:
        self.result = result
        super().__init__(message, host=host, hint=hint)


class EvidenceError(ClosednetError):
    """
    Evidence is broken, or a secret was about to be written into it.
    """

    exit_code = 1
