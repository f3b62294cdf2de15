"""
What must not be written cannot be written: mypy refuses it.
"""

from __future__ import annotations

import re
import subprocess
import sys

from pathlib import Path
from typing import Final

import pytest


ROOT: Final = Path(__file__).parents[2]
HEAD: Final = """
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from closednet import engine
from closednet.aws.secret_store import SecretStore
from closednet.engine import Listener
from closednet.hosts.connector import Fleet
from closednet.hosts.scripts import Script
from closednet.model.change import AnyChange, Create, Delete, Manual, Update
from closednet.model.plan import ApprovedPlan, Plan, RolloutPlan
from closednet.model.receipt import Receipt
from closednet.model.step import AnyKind, Step
from closednet.params.site import Host, SiteParams
from closednet.redact import Secret
from closednet.render.views import PlanView
from closednet.run import Run

"""

# The one error that mypy must find, and the code in which.
MISUSES: Final = {
    "a plan that nobody approved is applied": (
        "arg-type",
        """
def f(step: Step, plan: Plan, heard: Listener) -> Receipt:
    return engine.apply(step, plan, heard)
""",
    ),
    "the plan of a whole rollout passes for an approved one": (
        "arg-type",
        """
def f(step: Step, plan: RolloutPlan, heard: Listener) -> Receipt:
    return engine.apply(step, plan, heard)
""",
    ),
    "what is shown of a plan passes for an approved one": (
        "arg-type",
        """
def f(step: Step, view: PlanView, heard: Listener) -> Receipt:
    return engine.apply(step, view, heard)
""",
    ),
    "a notebook applies without saying what was approved": (
        "call-arg",
        """
def f(run: Run, view: PlanView) -> object:
    return run.apply(view)
""",
    ),
    "a plan approves itself": (
        "arg-type",
        """
def f(plan: Plan) -> ApprovedPlan:
    return plan.approve(plan)
""",
    ),
    "yes passes for a digest": (
        "arg-type",
        """
def f(plan: Plan) -> ApprovedPlan:
    return plan.approve(True)
""",
    ),
    "an approved plan is exchanged afterwards": (
        "misc",
        """
def f(approved: ApprovedPlan, other: Plan) -> None:
    approved.plan = other
""",
    ),
    "a change is added to a plan afterwards": (
        "attr-defined",
        """
def f(plan: Plan, change: AnyChange) -> None:
    plan.changes.append(change)
""",
    ),
    "parameters are changed after they were judged": (
        "misc",
        """
def f(params: SiteParams) -> None:
    params.site = 'another'
""",
    ),
    "a secret passes for text": (
        "return-value",
        """
def f(secret: Secret) -> str:
    return secret
""",
    ),
    "a secret is joined to text": (
        "operator",
        """
def f(secret: Secret) -> str:
    return 'code ' + secret
""",
    ),
    "a secret is one of a command's arguments": (
        "list-item",
        """
def f(secret: Secret) -> list[str]:
    return ['amazon-ssm-agent', '-code', secret]
""",
    ),
    "plain text is kept as a secret": (
        "arg-type",
        """
def f(store: SecretStore) -> None:
    store.put('name', 'plain', 'what it is', {})
""",
    ),
    "plain text goes to a server as a secret": (
        "dict-item",
        """
def f(fleet: Fleet, script: Script, host: Host) -> object:
    return fleet.run(script, host, {'CODE': 'plain'})
""",
    ),
    "a kind of change is forgotten": (
        "exhaustive-match",
        """
def f(change: AnyChange) -> str:
    said = ''
    match change:
        case Create() | Update() | Delete():
            said = 'written'
    return said
""",
    ),
    "a step that proves nothing passes for a step": (
        "return-value",
        """
class Half:
    name: ClassVar[str] = 'half'
    def kinds(self) -> tuple[AnyKind, ...]:
        return ()
    def desired(self) -> tuple[()]:
        return ()
def f() -> Step:
    return Half()
""",
    ),
}
USES: Final = """
def f(step: Step, plan: Plan, heard: Listener, digest: str) -> Receipt:
    return engine.apply(step, plan.approve(digest), heard)
def g(run: Run, view: PlanView, digest: str) -> object:
    return run.apply(view, digest)
def h(store: SecretStore, secret: Secret) -> str:
    store.put('name', secret, 'what it is', {})
    return f'{secret}'
def i(change: AnyChange) -> str:
    match change:
        case Create() | Update() | Delete():
            return 'written'
        case Manual():
            return 'told'
"""
ERROR: Final = re.compile(r"(\w+)\.py:\d+: error: .*\[([a-z-]+)\]$")


@pytest.fixture(name="errors", scope="module")
def _errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """
    Return the codes of all errors by snippet, from one run of mypy.
    """
    folder = tmp_path_factory.mktemp("snippets")
    bodies = {_file(name): body for name, (_, body) in MISUSES.items()}
    for name, body in (bodies | {"uses": USES}).items():
        (folder / f"{name}.py").write_text(HEAD + body, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-pretty", "--show-error-codes", folder],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert 1 == done.returncode, done.stdout + done.stderr
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if match := ERROR.search(line):
            found.setdefault(match[1], []).append(match[2])
    return found


def _file(name: str) -> str:
    return name.replace(" ", "_").replace("'", "")


@pytest.mark.parametrize("name", MISUSES)
def test_mypy_refuses(name: str, errors: dict[str, list[str]]) -> None:
    """
    Exactly for the reason for which the type is there.
    """
    assert [MISUSES[name][0]] == errors.get(_file(name), [])


def test_mypy_takes_the_right_way(errors: dict[str, list[str]]) -> None:
    """
    The same names, used as they are meant.
    """
    assert "uses" not in errors
