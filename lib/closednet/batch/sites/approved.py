"""
What was approved for a batch: one digest over all sites, or one a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import ApprovalError, EvidenceError, StalePlanError
from closednet.evidence import change_request, codec, files
from closednet.model import canonical


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from closednet.batch.sites.listing import Listed

FORMAT: Final = "closednet-batch/1"
FILE: Final = "batch-plan.json"
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """
    The rollout digests of some sites, and the digest over all of them.
    """

    sites: Mapping[str, str]

    @property
    def digest(self) -> str:
        """
        What somebody approves who approves every site's rollout.
        """
        return canonical.digest({"format": FORMAT, "sites": {**self.sites}})

    def write(self, folder: Path) -> Path:
        """
        Write the file of the plan into a folder.
        """
        content: dict[str, Any] = {"format": FORMAT, "digest": self.digest}
        content["sites"] = dict(sorted(self.sites.items()))
        files.write_json(folder / FILE, content)
        return folder / FILE


def read(path: Path) -> BatchPlan:
    """
    Return the batch plan in a file.

    Raises:
        EvidenceError: It is none, or was edited.
    """
    content = codec.read_json(path)
    sites = content.get("sites")
    if content.get("format") != FORMAT or not isinstance(sites, dict):
        raise EvidenceError(
            f"{path.name} is no batch plan", hint="`closednet batch plan` writes one"
        )
    plan = BatchPlan({str(site): str(digest) for site, digest in sites.items()})
    if plan.digest != content.get("digest"):
        raise EvidenceError(
            f"{path.name} was edited: its sites have digest {plan.digest}",
            hint="take the file that was approved, or plan again",
        )
    return plan


def resolve(
    given: Sequence[str], sites: Sequence[Listed], records: Path, brought: Path | None
) -> BatchPlan:
    """
    Return which digest each site is applied under.

    A given digest is that of a batch that was planned here or is brought, or that of
    one site's rollout.

    Raises:
        StalePlanError: Nothing was planned under a digest.
        ApprovalError: A site has no digest, or two.
    """
    plans = [read(brought / FILE)] if brought else []
    plans += [read(p) for p in (records / d / FILE for d in given) if p.is_file()]
    known = {plan.digest: plan for plan in plans}
    found: dict[str, set[str]] = {one.site: set() for one in sites}
    for digest in given:
        meant = known[digest].sites if digest in known else {}
        mine = meant or {
            one.site: digest for one in sites if _planned(one, digest, brought)
        }
        if not mine:
            raise StalePlanError(
                f"neither a batch nor a site of these was planned under {digest}",
                hint="plan again, or bring what was planned elsewhere with --plan DIR",
            )
        for site in mine.keys() & found.keys():
            found[site].add(mine[site])
    _require_one_each(found)
    return BatchPlan({site: next(iter(digests)) for site, digests in found.items()})


def _planned(one: Listed, digest: str, brought: Path | None) -> bool:
    if not digest.isalnum():
        return False
    kept = one.evidence / one.site / "plans" / f"{digest}.json"
    if kept.is_file():
        return True
    request = request_of(brought, one.site) if brought else None
    return request is not None and codec.read_plan(request).digest == digest


def request_of(brought: Path, site: str) -> Path | None:
    """
    Return the change request of a site in a folder that `batch plan` wrote.
    """
    path = brought / site / change_request.FILE
    return path if path.is_file() else None


def _require_one_each(found: Mapping[str, set[str]]) -> None:
    without = [site for site, digests in found.items() if not digests]
    if without:
        raise ApprovalError(
            f"nobody approved {_named(without)} yet; no site was begun",
            hint="approve the digest of a batch that has them, or of each of them;"
            " or name only the sites that are approved",
        )
    twice = [site for site, digests in found.items() if len(digests) > 1]
    if twice:
        raise ApprovalError(
            f"two digests were given for {_named(twice)}; no site was begun",
            hint="give the one that holds",
        )


def _named(sites: Iterable[str]) -> str:
    names = sorted(sites)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
