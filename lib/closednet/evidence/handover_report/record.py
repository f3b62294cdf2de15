"""
Everything of a run that its hand-over report is made of, read once.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from pydantic import ValidationError

from closednet.errors import EvidenceError
from closednet.evidence import codec, receipts, signed_approvals
from closednet.evidence.handover_report import deviations, history
from closednet.evidence.report import load_run
from closednet.model.approval import Statement
from closednet.model.demand import Demand
from closednet.params.site import SiteParams


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from closednet.evidence.journal import Event
    from closednet.evidence.report import RunReport
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.model.receipt import Receipt


@dataclass(frozen=True)
class RunRecord:
    """
    One run; `signers` are the keys that seal it, None while it is not sealed.
    """

    folder: RunFolder
    signers: Sequence[str] | None = None

    @cached_property
    def report(self) -> RunReport:
        """
        What the run comes to.
        """
        return load_run(self.folder, self.events)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """
        The journal.
        """
        return self.folder.events()

    @cached_property
    def receipts(self) -> tuple[Receipt, ...]:
        """
        What was done.
        """
        return receipts.of(self.folder.path, self.events)

    @cached_property
    def params(self) -> SiteParams | None:
        """
        The parameters in force, or None where this version cannot read them.
        """
        path = self.folder.path / "params.yaml"
        try:
            held = json.dumps(yaml.safe_load(path.read_text("utf-8")))
            return SiteParams.model_validate_json(held)
        except (OSError, ValidationError, yaml.YAMLError):
            return None

    @cached_property
    def stages(self) -> tuple[history.Stage, ...]:
        """
        The steps and their times.
        """
        return history.stages(self.events)

    @cached_property
    def changes(self) -> tuple[history.Made, ...]:
        """
        What was changed.
        """
        return history.changes(self.events)

    @cached_property
    def approved(self) -> tuple[Plan | RolloutPlan, ...]:
        """
        The plans that were approved in this run, in full.
        """
        names = [e.data.get("file") for e in self.events if e.kind == "approval"]
        paths = [self.folder.path / str(name) for name in dict.fromkeys(names)]
        return tuple(codec.read_plan(path) for path in paths if path.is_file())

    @property
    def undoes(self) -> str:
        """
        The run that this one undoes, if it does nothing else.
        """
        runs = [receipt.undoes for receipt in self.receipts]
        return runs[0] if runs and all(runs) else ""

    @cached_property
    def work(self) -> tuple[history.Work, ...]:
        """
        The work of people that was approved.
        """
        return history.work_of_people(self.approved, self.receipts, self.events)

    @cached_property
    def deviations(self) -> tuple[deviations.Deviation, ...]:
        """
        What did not go as planned.
        """
        return deviations.of(self.events, self.stages)

    @cached_property
    def not_made(self) -> tuple[tuple[str, str], ...]:
        """
        What was approved and not made.
        """
        return deviations.not_made(self.approved, self.changes)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """
        What the approvers signed.
        """
        found = []
        for path in self._signed(f"*{signed_approvals.STATEMENT}"):
            try:
                found.append(Statement.parse(path.read_text("utf-8")))
            except EvidenceError:
                continue
        return tuple(found)

    @cached_property
    def demand(self) -> Demand | None:
        """
        How many had to sign, if anybody.
        """
        for path in self._signed("demand.json"):
            return codec.decode(codec.read_json(path), Demand)
        return None

    @property
    def counted(self) -> dict[str, str]:
        """
        The keys of those whose approvals counted, by their names.
        """
        return {
            str(one.get("approver")): str(one.get("key"))
            for event in self.events
            if event.kind == "approvals-judged"
            for one in event.data.get("counted", ())
        }

    @cached_property
    def remarks(self) -> tuple[dict[str, Any], ...]:
        """
        Notes of operators and countersigns, in the order in which they were given.
        """
        kinds = {"note", "countersigned"}
        files = [e.data.get("file") for e in self.events if e.kind in kinds]
        paths = [self.folder.path / str(name) for name in files]
        return tuple(
            codec.read_json(path)
            | {"signed": path.with_name(f"{path.name}.sig").is_file()}
            for path in paths
            if path.is_file()
        )

    @cached_property
    def versions(self) -> dict[str, str]:
        """
        The versions of what took part.
        """
        path = self.folder.path / "versions.json"
        held = codec.read_json(path) if path.is_file() else {}
        return {str(name): str(version) for name, version in held.items()}

    def _signed(self, pattern: str) -> list[Path]:
        return sorted((self.folder.path / signed_approvals.KEPT).glob(pattern))
