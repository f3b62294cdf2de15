"""
Policies of nodes, of the CloudWatch agent's user and of endpoints, cut short.

closednet itself is made to generate one statement less, and the step that puts the
policy in place has to notice: not that it differs from what was generated, which it
does not, but that servers will miss something.
"""

from __future__ import annotations

import json

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from closednet.model import iam_policies, network_design
from closednet_rehearsal.least_privilege.removal import Part
from closednet_rehearsal.least_privilege.sweep import Outcome


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.least_privilege.bench import Bench

NODES: Final = {
    "core": ("activation", "nodes core"),
    "operations": ("iam-attach", "nodes operations"),
    "cloudwatch_user": ("cloudwatch-agent", "CloudWatch user"),
}
ENDPOINTS: Final = "endpoints"


def removals(documents: dict[str, str]) -> Iterator[Part]:
    """
    Yield every statement of some policies, by the policies' names.
    """
    for name, text in documents.items():
        for statement in json.loads(text)["Statement"]:
            yield Part(name, statement["Sid"])


def attempt(bench: Bench, part: Part) -> Outcome:
    """
    Roll out a policy without one statement, say what the step says, and mend it.

    Raises:
        RuntimeError: With the statement back, the step still does not pass.
    """
    step, cut = _cut(part)
    with cut:
        said = bench.attempt(step)
    outcome = Outcome(part, step if said else "", _missing(said), said)
    if again := bench.attempt(step):
        raise RuntimeError(f"{step} does not pass with {part} back: {again}")
    return outcome


def _cut(part: Part) -> tuple[str, Any]:
    for function, (step, name) in NODES.items():
        if part.policy == name:
            return step, _patched(iam_policies, function, lambda _: True, part.sid)
    service = part.policy.removeprefix("endpoint ")
    return ENDPOINTS, _patched(
        network_design, "endpoint_policy", lambda args: args[0] == service, part.sid
    )


@contextmanager
def _patched(
    module: Any, function: str, fits: Callable[[tuple[Any, ...]], bool], sid: str
) -> Iterator[None]:
    """
    Let a function of closednet return a policy that lacks a statement.
    """
    original = getattr(module, function)

    def shorter(*arguments: Any) -> str:
        text = str(original(*arguments))
        return _without(text, sid) if fits(arguments) else text

    setattr(module, function, shorter)
    try:
        yield
    finally:
        setattr(module, function, original)


def _without(text: str, sid: str) -> str:
    document = json.loads(text)
    kept = [each for each in document["Statement"] if each["Sid"] != sid]
    # AWS takes no policy without statements: the last one is turned around.
    denied = [{**each, "Effect": "Deny"} for each in document["Statement"]]
    document["Statement"] = kept or denied
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _missing(said: str) -> str:
    """
    Return the first action that the policy simulator is said to deny.
    """
    _, _, after = said.partition("policy simulator denies ")
    return after.split(",")[0].split(" ")[0].strip()
