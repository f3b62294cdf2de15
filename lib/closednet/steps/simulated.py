"""
Claims about rights, as IAM's own simulator judges them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.causes import Diagnosis, find
from closednet.model.report import Check
from closednet.steps.patience import eventually


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from closednet.aws.simulation import Missing, Simulator
    from closednet.model.needs import Need

SHOWN: Final = 6


def role_check(simulator: Simulator, role: str, needs: Sequence[Need]) -> Check:
    """
    Check that the node role may do what the agents do on every server.
    """
    missing = _settled(simulator, lambda: simulator.of_role(role, needs))
    claim = f"the node role {role} allows all that its nodes do"
    return _check(claim, role, missing).explained(_why(role, missing))


def user_check(simulator: Simulator, user: str, needs: Sequence[Need]) -> Check:
    """
    Check that the CloudWatch agent's user may do what the agent does.
    """
    missing = _settled(simulator, lambda: simulator.of_user(user, needs))
    return _check(f"the user {user} may do all that the agent does", user, missing)


def endpoint_check(
    simulator: Simulator, service: str, policy: str, needs: Sequence[Need]
) -> Check:
    """
    Check that an endpoint's policy lets through what servers send through it.
    """
    missing = simulator.of_endpoint(policy, needs) if needs and policy else ()
    return Check(
        f"the policy of the {service} endpoint admits what servers do through it",
        not missing,
        _evidence(missing),
        ("S4",),
        subject=service,
        remedy=f"have {_named(missing)} added to the endpoint's policy; plan this step"
        " again if the endpoint is ours",
        causes=("endpoint-policy-too-narrow",) if missing else (),
    )


def _why(role: str, missing: Sequence[Missing]) -> Diagnosis:
    """
    Return the kinds of policies in the way, each with the actions that it stops.
    """
    causes = dict.fromkeys(one.cause for one in missing)
    return Diagnosis(
        tuple(
            find(cause, _evidence([m for m in missing if m.cause == cause]), role)
            for cause in causes
        )
    )


def _settled(
    simulator: Simulator, look: Callable[[], tuple[Missing, ...]]
) -> tuple[Missing, ...]:
    return eventually(simulator.waiting, look, good=lambda missing: not missing)


def _check(claim: str, who: str, missing: Sequence[Missing]) -> Check:
    return Check(
        claim,
        not missing,
        _evidence(missing),
        ("S12",),
        subject=who,
        remedy=f"allow {_named(missing)} for {who}: run this step again; if the policy"
        " has it, look for a permissions boundary or an explicit deny",
    )


def _evidence(missing: Sequence[Missing]) -> str:
    if not missing:
        return "allowed, as IAM's policy simulator says"
    return f"IAM's policy simulator denies {_named(missing)}"


def _named(missing: Sequence[Missing]) -> str:
    names = [str(each) for each in missing[:SHOWN]]
    more = len(missing) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
