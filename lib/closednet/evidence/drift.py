"""
How a site differs from its archive, and whether somebody approved that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.evidence import deciders, difference
from closednet.evidence.difference import Difference
from closednet.model.change import Delete
from closednet.model.foresight import numbers


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.evidence.approved import Approved, Register
    from closednet.evidence.baseline import Baseline
    from closednet.evidence.portrait import Portrait
    from closednet.model.canonical import Json

BEYOND: Final = "beyond the archive"
# Which resources decide about what a server says of itself.
OF_SERVERS: Final = {
    "ssm_version": ("ssm-agent-package/{host}",),
    "ssm_active": ("ssm-agent-service/{host}",),
    "node_id": ("registration/{host}",),
    "node_region": ("registration/{host}",),
    "cloudwatch": ("cloudwatch-agent-package/{host}", "cloudwatch-config/{host}"),
    "cloudwatch_installed": ("cloudwatch-agent-package/{host}",),
    "cloudwatch_config": ("cloudwatch-config/{host}",),
    "credentials_mode": ("cloudwatch-credentials/{host}",),
    "common_profile": ("cloudwatch-credentials/{host}",),
    "common_file": ("cloudwatch-credentials/{host}",),
    "profiles": ("cloudwatch-credentials/{host}",),
    "profile_regions": ("cloudwatch-credentials/{host}",),
}
# Agents keep themselves current where an association that does so was approved.
UPDATED: Final = {"ssm_version": "ssm-agent", "cloudwatch": "cloudwatch-agent"}


@dataclass(frozen=True, slots=True)
class Stranger:
    """
    Something that no archive tells of, in a place that is the site's own.
    """

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Drift:
    """
    One difference, and the approval that explains it; "" where there is none.
    """

    difference: Difference
    approval: str
    other: str = ""

    @property
    def approved(self) -> bool:
        """
        Whether somebody approved it.
        """
        return bool(self.approval)

    def to_json(self) -> dict[str, Json]:
        """
        Return the drift as JSON data.
        """
        found = self.difference.to_json()
        return found | {
            "approval": self.approval or None,
            "approved_otherwise": self.other,
        }


def of(
    baseline: Baseline, before: Portrait, now: Portrait, register: Register
) -> tuple[Drift, ...]:
    """
    Return every difference between an archive and the site as it is now.
    """
    later = register.since(baseline.ended)
    return tuple(
        _judged(one, now, later, register) for one in difference.between(before, now)
    )


def _judged(
    one: Difference,
    now: Portrait,
    later: Register,
    register: Register,
) -> Drift:
    if one.section == "parameters":
        return Drift(one, _by_params(now, later))
    if one.section == "resources":
        known = later.of((one.key,))
        is_now = now.sections["resources"].get(one.key)
        good = next((str(a) for a in known if a.explains(is_now)), "")
        return Drift(one, good, "" if good or not known else str(known[0]))
    related = _related(one)
    good = next((str(a) for a in later.of(related)), "") or _update(one, register)
    return Drift(one, good)


def _by_params(now: Portrait, later: Register) -> str:
    """
    Return the approval that was given under the parameters as they are now.
    """
    digest = now.sections["site"].get("params_digest", {}).get("", "")
    return next((str(a) for a in later.changes if a.params_digest == digest), "")


def _related(one: Difference) -> tuple[str, ...]:
    """
    Return the resources that decide about an answer or a server.
    """
    if one.section == "servers":
        names = OF_SERVERS.get(one.attribute, ())
        every = {n for some in OF_SERVERS.values() for n in some}
        chosen = names if one.attribute else tuple(sorted(every))
        return tuple(name.format(host=one.key) for name in chosen)
    return deciders.of_name(one.key.partition(" ")[0])


def _update(one: Difference, register: Register) -> str:
    """
    Return the approval of the schedule by which an agent became newer, if it did.
    """
    what = UPDATED.get(one.attribute, "")
    if one.section != "servers" or not what or not _is_newer(one.before, one.after):
        return ""
    names = [a for a in register.changes if a.key.startswith("association/")]
    found = next((a for a in reversed(names) if a.key.endswith(f"{what}-update")), None)
    return f"{found} (it updates the agent on schedule)" if found else ""


def _is_newer(before: str, after: str) -> bool:
    old, new = (numbers(_version(text)) for text in (before, after))
    return bool(old) and new > old


def _version(text: str) -> str:
    """
    Return the version in a value: by itself, or in what an agent says of itself.
    """
    _, found, rest = text.partition('"version":"')
    return rest.partition('"')[0] if found else text


def strange(found: Iterable[Stranger], later: Register) -> tuple[Drift, ...]:
    """
    Return what stands in places of ours though no archive tells of it.
    """
    return tuple(
        Drift(
            Difference(BEYOND, one.key, "", "", one.what, "appeared"),
            next((str(a) for a in later.of((one.key,)) if not _removes(a)), ""),
        )
        for one in found
    )


def _removes(one: Approved) -> bool:
    return isinstance(one.change, Delete)
