"""
What a script left behind on a server, and the errors that follow from it.
"""

from __future__ import annotations

import re

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet.errors import CommandFailed, HostError
from closednet.hosts import unreached


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLIENT_FAILED: Final = 255
MOST_LINES: Final = 25
NOT_STARTED: Final = "not started, because"
# What a refusal of a registration may come from; AWS's list of activations decides.
REFUSED: Final = {
    "ActivationExpired": ("activation-expired", "instance-metadata-answers"),
    "InvalidActivation": ("activation-unknown", "activation-code-wrong"),
    "RegistrationLimitExceeded": ("activation-exhausted", "tier-node-limit"),
}
LINE: Final = re.compile(r"^closednet: ([a-z0-9_]+)=(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """
    What a script left behind on one server.
    """

    host: str
    exit_code: int
    stdout: str
    stderr: str
    duration_s: float = field(compare=False, default=0.0)
    ended_at: float = field(compare=False, default=0.0)

    def value(self, key: str) -> str:
        """
        Return the last `closednet: key=value` line's value, or "".
        """
        values = self.values(key)
        return values[-1] if values else ""

    def values(self, key: str) -> tuple[str, ...]:
        """
        Return the values of all `closednet: key=value` lines, in order.
        """
        return tuple(v for k, v in LINE.findall(self.stdout) if k == key)


Results = dict[str, "CommandResult | HostError"]


def failure(script: str, result: CommandResult) -> HostError:
    """
    Return the error that a failed result amounts to.
    """
    said = result.value("failed") or _last_line(result.stderr) or "no message"
    by_client = result.exit_code == CLIENT_FAILED or "sudo: " in result.stderr
    diagnosis = unreached.by_words(result.host, result.stderr if by_client else "")
    error: HostError
    if result.exit_code == CLIENT_FAILED:
        error = HostError(
            f"{result.host}: not reached: {said}",
            host=result.host,
            hint=diagnosis.text or "try the same connection with `ssh -v` by hand",
        )
    else:
        error = CommandFailed(
            f"{result.host}: {script} ended with {result.exit_code}: {said}",
            host=result.host,
            result=result,
            hint=diagnosis.text
            or result.value("hint")
            or "its transcript is in the evidence",
        )
    told = filter(None, (result.value("cause"),))
    left_open = REFUSED.get(result.value("refused"), ())
    return error.because((*diagnosis.causes, *told), left_open)


def endless(host: str, timeout_s: float) -> HostError:
    """
    Return the error of a script that came to no end.
    """
    diagnosis = unreached.without_end(host, timeout_s)
    return HostError(
        f"{host}: no end after {timeout_s:g} s", host=host, hint=diagnosis.text
    ).because(diagnosis.causes)


def raise_for_failures(
    what: str, results: Mapping[str, CommandResult | HostError]
) -> dict[str, CommandResult]:
    """
    Return the results if every server has one.

    Raises:
        HostError: One or more failed; all of them are named.
    """
    failed = [r for r in results.values() if isinstance(r, HostError)]
    if not failed:
        return {k: r for k, r in results.items() if isinstance(r, CommandResult)}
    raise summed_up(
        f"{what}: {len(failed)} of {len(results)} servers failed", failed
    ) from failed[0]


def summed_up(what: str, errors: Iterable[HostError]) -> HostError:
    """
    Return one error that names every server, and the cause of the first ones.
    """
    listed = list(errors)
    idle = [error.host for error in listed if NOT_STARTED in error.message]
    failed = [error for error in listed if NOT_STARTED not in error.message]
    lines = [f"\n  - {error.message}" for error in failed[:MOST_LINES]]
    rest = [error.host for error in failed[MOST_LINES:]]
    if rest:
        lines.append(f"\n  - and {len(rest)} more, see the evidence: {', '.join(rest)}")
    if idle:
        lines.append(f"\n  - {NOT_STARTED} of them: {', '.join(idle)}")
    return HostError(
        f"{what}:{''.join(lines)}",
        host=", ".join(error.host for error in listed),
        hint="; ".join(dict.fromkeys(one.hint for one in listed if one.hint)),
    ).because(
        (cause for error in listed for cause in error.causes),
        (cause for error in listed for cause in error.left_open),
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
