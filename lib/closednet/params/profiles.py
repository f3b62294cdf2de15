"""
Two ways of building the same: as the article of 2022 did, and as is done today.

A profile is nothing but defaults. What a parameters file says itself always holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet.params.site import SiteParams

ARTICLE: Final = "article-2022"
WITH_POLLING: Final = (
    *("ssm", "ssmmessages", "ec2messages", "kms", "s3", "logs", "monitoring"),
)
WITHOUT_POLLING: Final = ("ssm", "ssmmessages", "kms", "s3", "logs", "monitoring")


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A parameter whose default depends on the profile, and why it changed.
    """

    path: tuple[str, str]
    article: Any
    current: Any
    reason: str
    source: str

    @property
    def name(self) -> str:
        """
        The parameter as the file has it.
        """
        return ".".join(self.path)


DIFFERENCES: Final = (
    Difference(
        ("endpoints", "services"),
        WITH_POLLING,
        WITHOUT_POLLING,
        "agents since 3.3.40.0 are reached over ssmmessages alone; one endpoint less is"
        " paid for",
        "release notes of the SSM Agent, 3.3.40.0",
    ),
    Difference(
        ("name_resolution", "s3"),
        "private-hosted-zone",
        "endpoint-private-dns-inbound-only",
        "since 2023 the endpoint answers S3's names itself: no zone, and the VPC's own"
        " systems notice nothing",
        "Amazon S3 User Guide, AWS PrivateLink for Amazon S3",
    ),
    Difference(
        ("cloudwatch", "credentials"),
        "iam-user",
        "ssm-role",
        "the node's own credentials rotate by themselves; no access key lies on servers",
        "CloudWatch agent, preference of credentials; AWS Knowledge Center, temporary"
        " credentials on premises",
    ),
)
# The same by default in both, though AWS's guide has the other way today.
REGISTRATION: Final = Difference(
    ("ssm_agent", "registration"),
    "agent",
    "setup-cli",
    "ssm-setup-cli is the way of AWS's guide today, and keeps a virtual machine in"
    " another cloud from being taken for EC2; but it replaces itself by its newest"
    " version and takes no fixed one, so what is approved might not be what runs:"
    " agent is the default, setup-cli a choice",
    "source of the SSM Agent, agent/setupcli",
)


def with_defaults(data: Any) -> Any:
    """
    Return raw parameters with the article's choices where the file makes none.
    """
    if not isinstance(data, dict) or data.get("profile") != ARTICLE:
        return data
    filled = dict(data)
    for each in DIFFERENCES:
        section, key = each.path
        held = filled.get(section, {})
        if isinstance(held, dict) and key not in held:
            value = each.article
            held = held | {key: list(value) if isinstance(value, tuple) else value}
            filled[section] = held
    return filled


def compared(params: SiteParams) -> tuple[tuple[str, str, str, str, str], ...]:
    """
    Return each difference with what the site has: name, both ways, reason, source.
    """
    rows = []
    for each in (*DIFFERENCES, REGISTRATION):
        section, key = each.path
        here = getattr(getattr(params, section), key)
        other = each.article if params.profile != ARTICLE else each.current
        if each is REGISTRATION:
            other = each.article if here == each.current else each.current
        rows.append((each.name, _said(here), _said(other), each.reason, each.source))
    return tuple(rows)


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
