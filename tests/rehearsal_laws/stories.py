"""
A step's whole life on a branch of the rehearsal, told as what can be asserted.
"""

from __future__ import annotations

import os

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from botocore import loaders, session

from closednet import site
from closednet.errors import ClosednetError
from closednet.evidence import archive
from closednet.lookup.resolver import Lookup
from closednet.model.change import key_of
from closednet.redact import names
from closednet.run import Run, open_rollback, open_run
from closednet_rehearsal.branching.folders import EVIDENCE, WORK
from closednet_rehearsal.chaos.rollout import by_operator


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet.model.plan import Plan
    from closednet.model.receipt import Receipt
    from closednet.model.report import Report
    from closednet.render.views import PlanView
    from closednet_rehearsal.branching import Branch

# Agents write these whenever they like.
AGENTS_OWN: Final = ("log", "logs", ".aws", "ssm", "run", "tmp", "state", "etc-agent")
HASTY_S: Final = 1
DNS_S: Final = 0.05
RUN: Final = "law"


@dataclass
class World:
    """
    A branch, with closednet's library in this process at work on it.
    """

    branch: Branch
    patch: pytest.MonkeyPatch

    @property
    def params_file(self) -> str:
        return self.branch.params_file

    def writes(self) -> list[str]:
        """
        Return the operator's writing calls so far.
        """
        return by_operator(self.branch.ask("calls"))

    def state(self) -> Any:
        """
        Return everything that exists in the simulated AWS.
        """
        return self.branch.ask("state")

    def files(self) -> dict[str, str]:
        """
        Return the servers' files, but those that agents write by themselves.
        """
        root = self.branch.folder / WORK / "hosts"
        return {
            os.fspath(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not set(AGENTS_OWN) & set(path.parts)
        }

    @contextmanager
    def haste(self) -> Iterator[None]:
        """
        Let whatever is opened meanwhile wait for nobody: nothing will come.
        """
        file = Path(self.branch.ready.connection_file)
        patient = file.read_text("utf-8")
        hasty = yaml.safe_load(patient) | {"timeout_s": HASTY_S}
        file.write_text(yaml.safe_dump(hasty), "utf-8")
        with self.patch.context() as patch:
            patch.setattr(site, "Lookup", partial(Lookup, timeout_s=DNS_S))
            yield
        file.write_text(patient, "utf-8")

    def opened(self, step: str) -> Run:
        """
        Open a step as its notebook does.
        """
        run = open_run(step, self.params_file, run_id=RUN)
        assert isinstance(run, Run)
        return run

    def planned(self, step: str) -> tuple[Run, PlanView]:
        """
        Open a step, inspect and plan.
        """
        run = self.opened(step)
        return run, run.plan(run.inspect())

    def refused(self, what: Callable[[], object]) -> str:
        """
        Return the class of the error of `what`, and how much it wrote.
        """
        before = len(self.writes())
        try:
            what()
        except ClosednetError as err:
            return f"{type(err).__name__}, {len(self.writes()) - before} writes"
        return f"accepted, {len(self.writes()) - before} writes"


@contextmanager
def world(branch: Branch) -> Iterator[World]:
    """
    Let the library of this process use a branch for the duration of a block.
    """
    with branch, pytest.MonkeyPatch.context() as patch:
        for name, value in branch.environment().items():
            patch.setenv(name, value)
        # Ten sessions a step would read the models of all services ten times.
        patch.setattr(session, "create_loader", _shared_loader)
        yield World(branch, patch)


@cache
def _shared_loader(_: str | None = None) -> loaders.Loader:
    return loaders.Loader()


@dataclass
class Story:
    """
    What happened to one step; the laws are what must be true of it.
    """

    name: str
    plan: Plan
    planning_writes: list[str] = field(default_factory=list)
    planning_changed: bool = False
    unverified: Report | None = None
    unapproved: str = ""
    other_digest: str = ""
    receipt: Receipt | None = None
    verified: Report | None = None
    again: Plan | None = None
    again_writes: list[str] = field(default_factory=list)
    stale: str = ""
    secrets: tuple[str, ...] = ()
    leaks: list[str] = field(default_factory=list)
    undone: Report | None = None
    cannot_be_undone: tuple[str, ...] = ()
    before: Any = None
    after: Any = None


def told(name: str, here: World) -> Story:
    """
    Live through a step: planned, refused, applied, applied again, undone.
    """
    before, files, writes = here.state(), here.files(), len(here.writes())
    run, view = here.planned(name)
    story = Story(name, view.plan, before=before)
    story.planning_writes = here.writes()[writes:]
    story.planning_changed = (before, files) != (here.state(), here.files())
    story.unapproved = here.refused(lambda: run.apply(view, ""))
    story.other_digest = here.refused(lambda: run.apply(view, "0" * 20))
    if view.plan.changes:
        with here.haste():
            story.unverified = here.opened(name).verify()
    story.receipt = run.apply(view, view.plan.digest).receipt
    _repeat(story, here, run, view)
    _undo(story, here)
    return story


def _repeat(story: Story, here: World, run: Run, view: PlanView) -> None:
    again, second = here.planned(story.name)
    story.again = second.plan
    writes = len(here.writes())
    again.apply(second, second.plan.digest)
    story.again_writes = here.writes()[writes:]
    story.verified = again.verify()
    # Another kernel: this one knows that it carried this very plan out.
    anew = here.opened(story.name)
    story.stale = here.refused(lambda: anew.apply(view, view.plan.digest))


def _undo(story: Story, here: World) -> None:
    if story.receipt and story.receipt.done:
        undo = open_rollback(here.params_file, run_id="undo", undo=RUN)
        plan = undo.plan()
        story.cannot_be_undone = plan.irreversible
        undo.apply(plan, plan.rollout.digest)
        story.undone = undo.verify()
    story.after = here.state()
    story.secrets = names()
    evidence = here.branch.folder / EVIDENCE
    story.leaks = [
        f"{path.name}: {leak}"
        for path in evidence.rglob("*")
        if path.is_file()
        for leak in archive.leaks_in(path)
    ]


def keys(plan: Plan) -> list[str]:
    """
    Return the logical names of what a plan changes.
    """
    return [key_of(change) for change in plan.changes]
