"""
Why an agent on a server does not do its work; pure rules over what the server says.

The service is looked at first: an agent that does not run explains everything that
its log says of former times. Then comes what AWS's own sentences in the log say,
then its errors, each with what excludes its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.hosts.fitness import MOST_SKEW_S
from closednet.model.causes import Diagnosis, find


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.hosts.health import Health, Refused, Unit
    from closednet.model.causes import Finding


OFTEN: Final = 3
UNWRITABLE: Final = frozenset({"permission denied"})
SIGNED_WRONG: Final = frozenset(
    {"InvalidSignatureException", "RequestTimeTooSkewed", "SignatureDoesNotMatch"}
)
EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException"})
NO_PROFILE: Final = frozenset({"NoCredentialProviders", "SharedCredsLoad"})
# Agents try this where a group is gone; nobody means to allow it.
NOT_MEANT: Final = frozenset({"logs:CreateLogGroup"})
POLICIES: Final = {
    ("permissions boundary", False): "node-role-boundary",
    ("permissions boundary", True): "node-role-boundary",
    ("identity-based policy", False): "node-role-lacks-right",
    ("identity-based policy", True): "node-role-denied",
    ("resource-based policy", False): "resource-policy-denies",
    ("resource-based policy", True): "resource-policy-denies",
    ("service control policy", False): "organisation-denies",
    ("service control policy", True): "organisation-denies",
    ("VPC endpoint policy", False): "endpoint-policy-too-narrow",
    ("VPC endpoint policy", True): "endpoint-policy-too-narrow",
}


def ssm_agent(health: Health) -> Diagnosis:
    """
    Return why the SSM Agent of a registered server is not of use.
    """
    service = tuple(_service("ssm-agent", health.host, health.ssm))
    if service:
        return Diagnosis(service)
    errors = frozenset(health.ssm_errors)
    named = (
        *_refusals(health.host, health.ssm_refused),
        *_clock(health, errors),
        *_identity(health, errors),
        *_credentials(health, errors),
    )
    return Diagnosis(tuple(named))


def cloudwatch_agent(health: Health, profile: str) -> Diagnosis:
    """
    Return why the CloudWatch agent sends nothing; `profile` is the one it should use.
    """
    service = tuple(_service("cloudwatch-agent", health.host, health.cloudwatch))
    if service:
        return Diagnosis(service)
    errors = frozenset(health.cloudwatch_errors)
    named = (
        *_refusals(health.host, health.cloudwatch_refused),
        *_clock(health, errors),
        *_profile(health, errors, profile),
        *_files(health),
    )
    return Diagnosis(tuple(named))


def _service(name: str, host: str, unit: Unit) -> Iterator[Finding]:
    if unit.load == "masked" or unit.enabled == "masked":
        yield find(f"{name}-masked", f"the unit of amazon-{name} is masked", host)
    elif name == "ssm-agent" and (
        unit.sub == "auto-restart" or (unit.restarts >= OFTEN and not unit.runs)
    ):
        evidence = f"{unit.restarts} restarts, result {unit.result}"
        yield find("ssm-agent-crash-loops", evidence, host)
    elif not unit.runs:
        evidence = f"amazon-{name} is {unit.active or 'not there'} ({unit.sub})"
        yield find(f"{name}-stopped", evidence, host)


def _refusals(host: str, refused: Iterable[Refused]) -> Iterator[Finding]:
    for one in refused:
        cause = POLICIES.get((one.policy, one.denied))
        if cause is not None and one.action not in NOT_MEANT:
            verb = "denies" if one.denied else "lacks"
            evidence = f"AWS says that the {one.policy} {verb} {one.action}"
            yield find(cause, evidence, host)


def _clock(health: Health, errors: frozenset[str]) -> Iterator[Finding]:
    if errors & SIGNED_WRONG and abs(health.clock_skew_s) >= MOST_SKEW_S:
        minutes = round(abs(health.clock_skew_s) / 60)
        evidence = f"{minutes} minutes off; AWS refuses its signatures"
        yield find("server-clock-wrong", evidence, health.host)


def _identity(health: Health, errors: frozenset[str]) -> Iterator[Finding]:
    if "MachineFingerprintDoesNotMatch" in errors:
        evidence = "AWS says MachineFingerprintDoesNotMatch"
        yield find("fingerprint-mismatch", evidence, health.host)
    if "is not registered" in errors:
        evidence = f"it believes to be {health.node_id}, AWS says it is not registered"
        yield find("node-deregistered", evidence, health.host)


def _credentials(health: Health, errors: frozenset[str]) -> Iterator[Finding]:
    if "UserHomeNotFound" in errors:
        unset = "HOME" in health.ssm.unset
        evidence = "UserHomeNotFound" + (", a drop-in unsets HOME" if unset else "")
        yield find("ssm-agent-without-home", evidence, health.host)
    if errors & UNWRITABLE:
        evidence = "permission denied for /root/.aws/credentials"
        if health.enforcing and health.denials:
            seen = f"{evidence}; SELinux enforces and denied it {health.denials} times"
            yield find("selinux-denies-credentials", seen, health.host)
        elif not health.enforcing:
            yield find("credentials-unwritable", evidence, health.host)


def _profile(health: Health, errors: frozenset[str], profile: str) -> Iterator[Finding]:
    used = health.common_profile
    if errors & NO_PROFILE and used and used not in health.profiles:
        have = ", ".join(health.profiles) or "none"
        evidence = f"it names {used}; there: {have}"
        yield find("cloudwatch-profile-missing", evidence, health.host)
    if errors & EXPIRED and used != profile:
        evidence = f"ExpiredToken; common-config.toml names {used or 'no profile'}"
        yield find("cloudwatch-credentials-not-reread", evidence, health.host)


def _files(health: Health) -> Iterator[Finding]:
    if health.absent:
        evidence = f"{', '.join(health.absent)} is not there"
        yield find("log-file-missing", evidence, health.host)
