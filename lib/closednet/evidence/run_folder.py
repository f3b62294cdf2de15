"""
The folder of one run: what lies where, each file journaled with its digest.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet.errors import EvidenceError
from closednet.evidence import codec, files, journal, receipts
from closednet.model.plan import Plan
from closednet.model.report import Report


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from closednet.model.canonical import Json
    from closednet.model.plan import RolloutPlan
    from closednet.model.receipt import Receipt

APPROVAL: Final = "closednet-approval/1"


def utc_now() -> datetime:
    """
    Return the moment now.
    """
    return datetime.now(UTC)


def step_of(plan: Plan | RolloutPlan) -> str:
    """
    Return the step of a plan, or `rollout` for the plans of all steps.
    """
    return plan.step if isinstance(plan, Plan) else receipts.ROLLOUT


class RunFolder:
    """
    The folder of one run; nothing is touched before something is written.

    Every file that is written is journaled with its digest.
    """

    def __init__(
        self,
        root: str | Path,
        site: str,
        run_id: str,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.root = Path(root)
        self.site = site
        self.run_id = run_id
        self.path = self.root / site / run_id
        self.journal = journal.Journal(
            self.path / "journal.jsonl", run_id=run_id, clock=clock
        )

    @property
    def sealed(self) -> bool:
        """
        Whether a manifest lies here.
        """
        return (self.path / "manifest.json").is_file()

    def events(self) -> tuple[journal.Event, ...]:
        """
        Return what the journal holds.
        """
        return journal.read(self.journal.path)

    def write_params(self, params: Mapping[str, Any]) -> Path:
        """
        Keep the effective parameters, without keys and passwords.
        """
        text = yaml.safe_dump(
            files.without_keys(params), sort_keys=True, allow_unicode=True
        )
        return self._text("params", "params.yaml", text)

    def write_versions(self, versions: Mapping[str, str]) -> Path:
        """
        Keep the versions of everything that took part.
        """
        return self._text("versions", "versions.json", files.json_text(dict(versions)))

    def write_plan(self, plan: Plan | RolloutPlan) -> Path:
        """
        Keep a plan: in the run by its step, for the site by its digest.
        """
        codec.write_plan(self.root / self.site / "plans" / f"{plan.digest}.json", plan)
        step = step_of(plan)
        return self._json(
            "plan",
            f"plans/{step}.json",
            codec.plan_file(plan),
            step=step,
            digest=plan.digest,
            changes=len(plan.changes),
        )

    def write_approval(
        self, plan: Plan | RolloutPlan, *, by: str, how: str = "digest"
    ) -> Path:
        """
        Keep what was approved, in full, and by whom.
        """
        entry = codec.plan_file(plan) | {"format": APPROVAL, "by": by, "how": how}
        return self._json(
            "approval",
            f"approvals/{step_of(plan)}-{plan.digest}.json",
            entry,
            step=step_of(plan),
            digest=plan.digest,
            by=by,
            how=how,
        )

    def write_receipt(self, receipt: Receipt) -> Path:
        """
        Keep what one apply did; receipts are numbered in the order of the run.
        """
        folder = self.path / "receipts"
        with files.alone_in(folder):
            number = len(list(folder.glob("*.json"))) + 1
            return self._json(
                "receipt",
                f"receipts/{number:03d}-{receipt.step}.json",
                codec.encode(receipt),
                step=receipt.step,
                done=len(receipt.done),
                waiting=len(receipt.waiting),
            )

    def write_report(self, report: Report) -> Path:
        """
        Keep the checks of a step; a later verification takes the place of it.
        """
        return self._json(
            "report",
            f"reports/{report.step}.json",
            codec.encode(report),
            step=report.step,
            passed=report.passed,
            checks=len(report.checks),
            failures=len(report.failures),
        )

    def write_handover(self, name: str, text: str, *, audience: str = "") -> Path:
        """
        Keep a file that somebody else gets, such as a DNS configuration.
        """
        return self._text("handover", f"handover/{name}", text, audience=audience)

    def write_notebook(self, name: str, notebook: str, page: str) -> Path:
        """
        Keep an executed notebook and its page.
        """
        self._text("notebook", f"notebooks/{name}.html", page)
        return self._text("notebook", f"notebooks/{name}.ipynb", notebook)

    def note(self, name: str) -> None:
        """
        Journal the digest of a file that somebody else wrote into the folder.
        """
        digest = files.digest_of(self.path / name)
        self.journal.record("file", file=name, sha256=digest)

    def plan(self, step: str) -> Plan | RolloutPlan:
        """
        Return the plan of a step (or `rollout`) that was made in this run.
        """
        return codec.read_plan(self.path / "plans" / f"{step}.json")

    def stored_plan(self, digest: str) -> Plan | RolloutPlan:
        """
        Return the plan with this digest, whichever run made it.

        Raises:
            EvidenceError: No run of this site made such a plan.
        """
        path = self.root / self.site / "plans" / f"{digest}.json"
        if not digest.isalnum() or not path.is_file():
            raise EvidenceError(
                f"no plan with digest {digest!r} was made for {self.site}",
                hint="plan first; the digest stands under the plan",
            )
        return codec.read_plan(path)

    def receipts(self) -> tuple[Receipt, ...]:
        """
        Return all receipts, oldest first, with what a killed run left in one.
        """
        return receipts.of(self.path, self.events())

    def reports(self) -> dict[str, Report]:
        """
        Return the reports by step.
        """
        paths = sorted((self.path / "reports").glob("*.json"))
        return {
            path.stem: codec.decode(codec.read_json(path), Report) for path in paths
        }

    def _json(self, kind: str, name: str, value: Json, **data: Any) -> Path:
        digest = files.write_json(self.path / name, value)
        self.journal.record(kind, file=name, sha256=digest, **data)
        return self.path / name

    def _text(self, kind: str, name: str, text: str, **data: Any) -> Path:
        digest = files.write_text(self.path / name, text)
        self.journal.record(kind, file=name, sha256=digest, **data)
        return self.path / name
