"""
Facts about the servers: one read-only script and a pure parser of its output.
"""

from __future__ import annotations

import base64
import binascii
import json

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.errors import HostError
from closednet.hosts.results import LINE


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class CloudWatchStatus:
    """
    What `amazon-cloudwatch-agent-ctl -a status` says.
    """

    status: str = ""
    configured: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """
    What one server says about itself; "" is what it does not have.
    """

    host: str
    os_id: str
    os_version: str
    arch: str
    hostname: str
    package_format: str
    ssm_version: str
    ssm_active: bool
    node_id: str
    node_region: str
    snap_agent: bool
    instance_metadata: bool
    machine_id: str
    disk_free_mb: int
    tools: frozenset[str]
    proxies: frozenset[str]
    cloudwatch: CloudWatchStatus
    cloudwatch_installed: bool
    cloudwatch_config: str
    common_profile: str
    common_file: str
    credentials_mode: str
    profiles: tuple[str, ...]
    own_credentials_mode: str
    own_profiles: tuple[str, ...]
    profile_regions: frozenset[tuple[str, str]]
    marks: Mapping[str, str] = field(default_factory=dict)
    clock_skew_s: float = field(default=0.0, compare=False)

    def mark(self, name: str, word: str) -> str:
        """
        Return the value of `word=value` in one of our marks, or "".
        """
        words = dict(
            part.partition("=")[::2] for part in self.marks.get(name, "").split()
        )
        return words.get(word, "")

    def is_marked(self, name: str, site: str) -> bool:
        """
        Tell whether this site's runbook made what `name` is about.
        """
        return self.mark(name, "site") == site


def parse(host: str, output: str, *, now: float | None = None) -> HostFacts:
    """
    Return the facts in the output of the facts script.

    Raises:
        HostError: The output is not complete.
    """
    pairs = LINE.findall(output)
    one = dict(pairs)
    if one.get("complete") != "yes":
        raise HostError(
            f"{host}: the facts are not complete",
            host=host,
            hint="run the script again and hand back all of its output",
        )
    status = _status(one.get("cloudwatch_status", ""))
    regions = (v.partition(" ") for k, v in pairs if k == "profile_region")
    return HostFacts(
        host=host,
        os_id=one.get("os_id", ""),
        os_version=one.get("os_version", ""),
        arch=one.get("arch", ""),
        hostname=one.get("hostname", ""),
        package_format=one.get("package_format", ""),
        ssm_version=one.get("ssm_version", ""),
        ssm_active=one.get("ssm_active") == "yes",
        node_id=one.get("node_id", ""),
        node_region=one.get("node_region", ""),
        snap_agent=one.get("snap_agent") == "yes",
        instance_metadata=one.get("instance_metadata") == "yes",
        machine_id=one.get("machine_id", ""),
        disk_free_mb=int(one.get("disk_free_mb") or 0),
        tools=frozenset(one.get("tools", "").split()),
        proxies=frozenset(one.get("proxies", "").split()),
        cloudwatch=status,
        cloudwatch_installed="cloudwatch_status" in one,
        cloudwatch_config=_decoded(one.get("cloudwatch_config", "")),
        common_profile=one.get("common_profile", ""),
        common_file=one.get("common_file", ""),
        credentials_mode=one.get("credentials_mode", ""),
        profiles=tuple(v for k, v in pairs if k == "profile"),
        own_credentials_mode=one.get("own_credentials_mode", ""),
        own_profiles=tuple(v for k, v in pairs if k == "own_profile"),
        profile_regions=frozenset((name, region) for name, _, region in regions),
        marks={
            k.removeprefix("mark_").replace("_", "-"): v
            for k, v in pairs
            if k.startswith("mark_")
        },
        clock_skew_s=float(one.get("epoch") or 0) - now if now is not None else 0.0,
    )


def duplicate_machine_ids(facts: Iterable[HostFacts]) -> dict[str, tuple[str, ...]]:
    """
    Return the machine ids that several servers have, with their names.

    Cloned machines share theirs, and AWS takes them for one.
    """
    known = [fact for fact in facts if fact.machine_id]
    counts = Counter(fact.machine_id for fact in known)
    return {
        machine_id: tuple(f.host for f in known if f.machine_id == machine_id)
        for machine_id, count in counts.items()
        if count > 1
    }


def _status(text: str) -> CloudWatchStatus:
    try:
        data = json.loads(text or "{}")
    except json.JSONDecodeError:
        return CloudWatchStatus()
    return CloudWatchStatus(
        str(data.get("status", "")),
        data.get("configstatus") == "configured",
        str(data.get("version", "")),
    )


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
