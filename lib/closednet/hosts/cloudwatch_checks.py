"""
What must hold on every server once its CloudWatch agent runs; pure judgements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.cloudwatch_wishes import OWN_FILE
from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Node
    from closednet.model.specs.hosts import CloudWatchConfig, CloudWatchCredentials


def choice(credentials: Sequence[CloudWatchCredentials]) -> Check:
    """
    Return the record of whose credentials this site chose.
    """
    mode = credentials[0].mode
    words = {
        "ssm-role": "the node's own rotating credentials: no access key anywhere",
        "iam-user": "an access key in a profile of its own on every server, as in 2022",
        "roles-anywhere": "sessions of a certificate that people set up",
    }
    return Check(
        "the CloudWatch agents use the credentials that the parameters choose",
        len({(c.mode, c.profile) for c in credentials}) == 1,
        f"{mode}: {words[mode]}",
        ("S16",),
    )


def agent(host: str, facts: HostFacts | None) -> Check:
    """
    Judge the agent's own status.
    """
    status = facts.cloudwatch if facts else None
    good = status is not None and status.status == "running" and status.configured
    if status is None or not status.status:
        evidence = "the server has no CloudWatch agent, or was not asked"
    else:
        configured = "configured" if status.configured else "not configured"
        evidence = f"{status.status}, {configured}, version {status.version}"
    return Check(
        f"the CloudWatch agent of {host} runs with a configuration",
        good,
        evidence,
        ("S15", "S19"),
        host,
        "read /opt/aws/amazon-cloudwatch-agent/logs/ on the server",
    )


def configuration(wanted: CloudWatchConfig, facts: HostFacts | None) -> Check:
    """
    Judge the configuration file: it must be what the parameters say.
    """
    same = facts is not None and facts.cloudwatch_config == wanted.text
    return Check(
        f"the configuration on {wanted.host} is what the parameters say",
        same,
        "equal, letter by letter" if same else "differs, or is not there",
        ("S18",),
        wanted.host,
        "run this step again",
    )


def credentials(wanted: CloudWatchCredentials, facts: HostFacts | None) -> Check:
    """
    Judge the credentials file: mode, profiles, and [default] as it was.
    """
    bad = ["the server was not asked"] if facts is None else _faults(wanted, facts)
    return Check(
        f"the agent of {wanted.host} uses profile {wanted.profile}; [default] is intact",
        not bad,
        "; ".join(bad) or f"mode 600, {_profiles(facts)}",
        ("S16", "S17"),
        wanted.host,
        "run this step again; a missing [default] comes back within half an hour",
    )


def _profiles(facts: HostFacts | None) -> str:
    both = () if facts is None else (*facts.profiles, *facts.own_profiles)
    return ", ".join(both)


def _faults(wanted: CloudWatchCredentials, facts: HostFacts) -> list[str]:
    own = wanted.file == OWN_FILE
    modes = [facts.credentials_mode, *([facts.own_credentials_mode] if own else [])]
    faults = [
        f"mode {mode or 'unknown: no such file'}" for mode in modes if mode != "600"
    ]
    if "default" not in facts.profiles:
        faults.append("[default] is missing")
    if wanted.profile not in (facts.own_profiles if own else facts.profiles):
        faults.append(f"[{wanted.profile}] is missing")
    if own and wanted.profile in facts.profiles:
        faults.append(f"[{wanted.profile}] stands in the SSM Agent's file, too")
    if (facts.common_profile, facts.common_file) != (wanted.profile, wanted.file):
        seen = (
            f"{facts.common_profile or 'nothing'} of {facts.common_file or 'no file'}"
        )
        faults.append(f"common-config.toml names {seen}")
    if wanted.mode == "iam-user":
        region = dict(facts.profile_regions).get(wanted.profile, "none")
        if region != wanted.region:
            faults.append(f"the profile's Region is {region}")
    return faults


def updates(
    name: str, schedule: str, nodes: Mapping[str, Node], results: Mapping[str, str]
) -> Iterator[Check]:
    """
    Judge the newest execution of the update association on every node.
    """
    for host, node in nodes.items():
        status = results.get(node.node_id, "has not run")
        yield Check(
            f"{name} updates the CloudWatch agent of {host}, {schedule}",
            status == "Success",
            f"its newest execution: {status}",
            ("S21",),
            host,
            "read the association's execution history in State Manager",
        )
