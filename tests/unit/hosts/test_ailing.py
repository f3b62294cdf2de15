from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from closednet.hosts.activation_causes import refused
from closednet.hosts.ailing import POLICIES, cloudwatch_agent, ssm_agent
from closednet.hosts.health import Health, Refused, Unit, parse
from closednet.hosts.results import REFUSED, CommandResult, failure
from closednet.model.causes import CAUSES


RUNS = Unit("loaded", "enabled", "active", "running", "success")
GOOD = Health("web01", node_id="mi-1", ssm=RUNS, cloudwatch=RUNS)
MASKED = Unit("masked", "masked", "inactive", "dead")
LOOPS = Unit("loaded", "enabled", "activating", "auto-restart", "exit-code", 7)
UNWRITABLE = ("permission denied",)
CHANNEL = "ssmmessages:CreateControlChannel"


def boundary(action: str = CHANNEL) -> tuple[Refused, ...]:
    return (Refused(action, "permissions boundary", denied=False),)


@pytest.mark.parametrize(
    ("health", "causes"),
    [
        (GOOD, ()),
        (replace(GOOD, ssm=MASKED), ("ssm-agent-masked",)),
        (replace(GOOD, ssm=LOOPS), ("ssm-agent-crash-loops",)),
        (replace(GOOD, ssm=Unit("loaded", "disabled", "inactive", "dead")),
         ("ssm-agent-stopped",)),
        # What a stopped agent's log says is over.
        (replace(GOOD, ssm=MASKED, ssm_errors=("UserHomeNotFound",)),
         ("ssm-agent-masked",)),
        (replace(GOOD, ssm_errors=("UserHomeNotFound",)), ("ssm-agent-without-home",)),
        (replace(GOOD, ssm_errors=("MachineFingerprintDoesNotMatch",)),
         ("fingerprint-mismatch",)),
        (replace(GOOD, ssm_errors=UNWRITABLE), ("credentials-unwritable",)),
        (replace(GOOD, ssm_errors=UNWRITABLE, enforcing=True, denials=2),
         ("selinux-denies-credentials",)),
        # SELinux enforces, but did not deny this: nothing is singled out.
        (replace(GOOD, ssm_errors=UNWRITABLE, enforcing=True), ()),
        (replace(GOOD, ssm_errors=("InvalidSignatureException",), clock_skew_s=400),
         ("server-clock-wrong",)),
        (replace(GOOD, ssm_errors=("InvalidSignatureException",)), ()),
        (replace(GOOD, ssm_refused=boundary()), ("node-role-boundary",)),
        (replace(GOOD, ssm_refused=(
            Refused(CHANNEL, "identity-based policy", denied=False),)),
         ("node-role-lacks-right",)),
        (replace(GOOD, ssm_refused=(
            Refused(CHANNEL, "identity-based policy", denied=True),)),
         ("node-role-denied",)),
        (replace(GOOD, ssm_errors=("no such host",)), ()),
    ],
)  # fmt: skip
def test_the_ssm_agent_s_trouble_is_named_by_its_own_evidence(
    health: Health, causes: tuple[str, ...]
) -> None:
    assert causes == ssm_agent(health).causes


@pytest.mark.parametrize(
    ("health", "causes"),
    [
        (GOOD, ()),
        (replace(GOOD, cloudwatch=MASKED), ("cloudwatch-agent-masked",)),
        (replace(GOOD, cloudwatch=Unit()), ("cloudwatch-agent-stopped",)),
        (replace(GOOD, cloudwatch_errors=("NoCredentialProviders",),
                 common_profile="x", profiles=("default",)),
         ("cloudwatch-profile-missing",)),
        (replace(GOOD, cloudwatch_errors=("NoCredentialProviders",),
                 common_profile="default", profiles=("default",)), ()),
        (replace(GOOD, cloudwatch_errors=("ExpiredToken",)),
         ("cloudwatch-credentials-not-reread",)),
        (replace(GOOD, cloudwatch_errors=("ExpiredToken",), common_profile="default"),
         ()),
        (replace(GOOD, absent=("/var/log/syslog",)), ("log-file-missing",)),
        (replace(GOOD, cloudwatch_refused=boundary("cloudwatch:PutMetricData")),
         ("node-role-boundary",)),
    ],
)  # fmt: skip
def test_the_cloudwatch_agent_s_trouble_is_named_by_its_own_evidence(
    health: Health, causes: tuple[str, ...]
) -> None:
    assert causes == cloudwatch_agent(health, "default").causes


@dataclass(frozen=True)
class Listed:
    expired: bool = False
    registrations: int = 0
    room: int = 3


@pytest.mark.parametrize(
    ("said", "listed", "cause"),
    [
        ("ActivationExpired", Listed(expired=True), "activation-expired"),
        ("ActivationExpired", Listed(), ""),
        ("ActivationExpired", None, ""),
        ("InvalidActivation", None, "activation-unknown"),
        ("InvalidActivation", Listed(), "activation-code-wrong"),
        ("RegistrationLimitExceeded", Listed(room=0), "activation-exhausted"),
        ("RegistrationLimitExceeded", Listed(), "tier-node-limit"),
    ],
)
def test_the_list_of_activations_decides_what_a_refusal_leaves_open(
    said: str, listed: Listed | None, cause: str
) -> None:
    left_open = REFUSED[said]

    found = refused(left_open, "some-id", listed)

    assert tuple(filter(None, [cause])) == found.causes
    assert found.left_open == (() if cause else left_open)


def test_a_script_tells_its_cause_and_what_a_registration_was_refused_for() -> None:
    tampered = "closednet: failed=no\nclosednet: cause=package-tampered\n"
    late = "closednet: refused=ActivationExpired\nclosednet: failed=refused\n"

    error = failure("install-ssm-agent", CommandResult("web01", 1, tampered, ""))
    other = failure("register", CommandResult("web01", 1, late, ""))

    assert ("package-tampered",) == error.causes
    assert () == other.causes
    assert REFUSED["ActivationExpired"] == other.left_open


def test_every_kind_of_policy_has_its_cause() -> None:
    assert set(POLICIES.values()) <= set(CAUSES)


def test_nobody_means_to_let_agents_make_log_groups() -> None:
    refused_ = boundary("logs:CreateLogGroup")

    assert not cloudwatch_agent(replace(GOOD, cloudwatch_refused=refused_), "default")


def test_what_a_refusal_leaves_open_exists() -> None:
    assert {cause for causes in REFUSED.values() for cause in causes} <= set(CAUSES)


def test_a_refusal_of_aws_is_read_with_the_kind_of_policy() -> None:
    text = (
        f"closednet: ssm_denied={CHANNEL}|no|identity-based policy\n"
        "closednet: ssm_denied=s3:PutObject|explicit deny|resource-based policy\n"
        "closednet: healthy=asked\n"
    )

    found = parse("web01", text).ssm_refused

    assert (
        Refused(CHANNEL, "identity-based policy", denied=False),
        Refused("s3:PutObject", "resource-based policy", denied=True),
    ) == found
