"""
The claims about a site's activation: usable with the code at hand, or done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model import canonical, naming
from closednet.model.report import Check


if TYPE_CHECKING:
    from closednet.aws.activation_codes import ActivationState
    from closednet.aws.activations import Activations
    from closednet.model.specs.management import Activation


AGAIN: Final = "run this step again; what is left of an interrupted run is retired"


def activation_checks(
    activations: Activations, wanted: Activation, *, store: str
) -> tuple[Check, ...]:
    """
    Check that the servers that are missing can register, if any is missing.
    """
    missing = activations.missing_hosts()
    if not missing:
        done = "every server of the inventory is registered"
        return (Check("the activation did its work", True, done, proves=("S9",)),)
    state = activations.codes.usable()
    room = state.room if state else 0
    return (
        Check(
            "an activation of this site is listed and unexpired, with its tags",
            state is not None,
            _shown(state),
            proves=("S9",),
            subject=wanted.description,
            remedy=AGAIN,
        ),
        Check(
            "it is as planned: role, limit and lifetime",
            state is not None and state.spec == wanted,
            _terms(state),
            proves=("S9",),
            remedy=AGAIN,
        ),
        Check(
            "it has room for the servers that are not registered yet",
            room >= len(missing),
            f"{len(missing)} to register, room for {room}",
            proves=("S9", "S10"),
            remedy="run this step again, which makes one with room; raise"
            " activation.registration_limit if there are more servers than that",
        ),
        _code_check(activations, state, store),
    )


def _code_check(
    activations: Activations, state: ActivationState | None, store: str
) -> Check:
    stored = activations.codes.stored()
    fits = (
        stored is not None
        and state is not None
        and stored.activation_id == state.activation_id
        and bool(stored.code.reveal())
    )
    return Check(
        "the activation code can be had from the secret store",
        fits,
        f"{store} holds {'the code of this activation' if fits else 'no code'}",
        proves=("S9",),
        subject=activations.codes.secret_name,
        remedy=AGAIN,
    )


def _shown(state: ActivationState | None) -> str:
    if state is None:
        return "no activation that a server could register with"
    tags = {name: state.tags.get(name, "") for name in naming.tags("", "")}
    return f"{state.activation_id}, {state.spec.description}, {canonical.text(tags)}"


def _terms(state: ActivationState | None) -> str:
    if state is None:
        return "no activation"
    spec = state.spec
    return f"role {spec.role}, {spec.limit} servers, {spec.expires_in_hours} hours"
