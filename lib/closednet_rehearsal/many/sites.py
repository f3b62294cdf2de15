"""
Rehearsed sites side by side, for whoever tries batches.
"""

from __future__ import annotations

import json
import os

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet_rehearsal.branching import origin
from closednet_rehearsal.branching.folders import EVIDENCE, WORK
from closednet_rehearsal.host.machine import DESCRIPTION


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from closednet_rehearsal.branching import Branch

# A finished site's agents publish as often as real ones do: a hundred that do so every
# few seconds leave nothing of a small machine to the sites that are at work.
PACE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class ManySites:
    """
    Running sites: the folder of their parameters, that of their evidence, and each.
    """

    params: Path
    evidence: Path
    branches: Mapping[str, Branch]

    def params_of(self, site: str) -> Path:
        """
        Return the parameters file of a site.
        """
        return self.params / f"{site}.yaml"

    def writes(self, site: str) -> list[str]:
        """
        Return the writing calls of the operator that a site's AWS answered well.
        """
        return [
            f"{call['service']}:{call['operation']}"
            for call in self.branches[site].ask("calls")
            if call["mutating"]
            and call["status"] < 400  # noqa: PLR2004 - an error of HTTP
            and "closednet-operator" in call["principal"]
            and call["operation"] != "AssumeRole"
        ]


@contextmanager
def many_sites(folder: Path, count: int, *, hosts: int = 1) -> Iterator[ManySites]:
    """
    Run `count` sites for the duration of a `with` block.
    """
    params, evidence = folder / "sites", folder / "evidence"
    params.mkdir(parents=True)
    evidence.mkdir()
    with origin(folder / "origin", hosts) as first, ExitStack() as stack:
        _calm(first.folder / WORK)
        branches: dict[str, Branch] = {}
        for number in range(1, count + 1):
            site = f"site-{number:03d}"
            branch = stack.enter_context(first.branch(folder / "worlds" / site))
            branches[site] = branch
            _describe(site, branch, params, evidence)
        yield ManySites(params, evidence, branches)


def _calm(work_dir: Path) -> None:
    for file in work_dir.glob(f"hosts/*/{DESCRIPTION}"):
        described = json.loads(file.read_text()) | {"pace_s": PACE_S}
        file.write_text(json.dumps(described, indent=1) + "\n")


def _describe(site: str, branch: Branch, params: Path, evidence: Path) -> None:
    work_dir = Path(branch.ready.work_dir)
    data: dict[str, Any] = yaml.safe_load((work_dir / "params.yaml").read_text("utf-8"))
    data["site"] = site
    data["evidence_dir"] = os.path.relpath(evidence, params)
    data["connection"] = {"file": os.path.relpath(work_dir / "connection.yaml", params)}
    key = work_dir / data["ssm_agent"]["signing_key_file"]
    data["ssm_agent"]["signing_key_file"] = os.path.relpath(key, params)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    (params / f"{site}.yaml").write_text(text, "utf-8")
    # Its DNS administrator looks for work in the site's own evidence.
    (evidence / site).mkdir()
    own = branch.folder / EVIDENCE
    own.mkdir(exist_ok=True)
    (own / site).symlink_to(evidence / site)
