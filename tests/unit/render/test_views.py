"""
What notebooks show is stable, complete and escaped, in text and in HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from IPython.core.formatters import DisplayFormatter

from closednet.model.change import Create, Delete, Found, Kept, Manual, Update
from closednet.model.plan import Plan, RolloutPlan
from closednet.model.report import Check, Report
from closednet.model.specs.management import LogGroup, ServiceSetting
from closednet.model.specs.network import Ingress, InterfaceEndpoint, SecurityGroup
from closednet.render import words
from closednet.render.install import VIEWS, install
from closednet.render.pages import (
    Handover,
    HandoverFile,
    RunHeader,
    SeriesView,
    TopologyView,
)
from closednet.render.views import (
    Inspection,
    PlanView,
    ReceiptView,
    ReportView,
    RolloutView,
)
from tests.unit.evidence.samples import PLAN, RECEIPT, REPORT, ROLLOUT, SCOPE
from tests.unit.render.samples import SERIES, topology


if TYPE_CHECKING:
    from closednet.render.view import View

ENDPOINT = InterfaceEndpoint(
    service="ssm",
    vpc_id="vpc-1",
    subnets=frozenset({"subnet-c", "subnet-a"}),
    security_group="endpoints",
    private_dns=True,
    policy="{" + "x" * 200 + "}",
)
GROUP = SecurityGroup(
    "endpoints", "vpc-1", "a", frozenset({Ingress("tcp", 443, ("10.0.0.0/8",))})
)
SITE = RunHeader(
    site="osaka",
    region="ap-northeast-1",
    network_account="111111111111",
    management_account="222222222222",
    run_id="run-1",
    simulated=True,
)
FILES = Handover((HandoverFile("named.conf", "DNS", "forward", "zone <x> 転送\n"),))
FAILED = Report("late", (Check("holds", False, "no", ("S1",), "x", "mend <it>"),))
FORMATTER: Any = DisplayFormatter
ALL_VIEWS: list[View] = [
    PlanView(PLAN, costs=("10 USD",), calls=("iam:CreateRole",), irreversible=("x",)),
    RolloutView(ROLLOUT),
    ReceiptView(RECEIPT),
    ReportView(REPORT),
    ReportView(FAILED),
    ReportView(Report("none", ())),
    Inspection({}, desired=(ENDPOINT,)),
    SITE,
    FILES,
    TopologyView(topology(3)),
    SeriesView(SERIES),
]


@pytest.mark.parametrize("view", ALL_VIEWS)
def test_views_are_stable_and_plain(view: View) -> None:
    assert view.text() == view.text() == repr(view)
    assert view.html() == view.html()
    assert "\x1b" not in view.text()
    assert "<script" not in view.html()
    assert view.markdown()


def test_plan_reads_as_what_it_does_and_ends_with_its_digest() -> None:
    text = PlanView(PLAN).text()

    assert (
        "plan for osaka (ap-northeast-1): 2 to create, 1 to change, 1 by hand" in text
    )
    assert "Create role closednet-managed-node" in text
    assert "value: standard → advanced" in text
    assert "By hand, DNS administrator: install 転送 rules" in text
    assert text.endswith(f"digest: {PLAN.digest}")


def test_an_empty_plan_says_why() -> None:
    view = PlanView(Plan("endpoints", SCOPE, ()))

    assert "nothing to do: everything is as desired" in view.text()


def test_rollout_shows_every_step_and_one_digest() -> None:
    view = RolloutView(RolloutPlan(SCOPE, (PLAN,)), irreversible=("logs are lost",))

    assert "activation" in view.text()
    assert "cannot be undone: logs are lost" in view.text()
    assert view.text().endswith(f"digest: {view.rollout.digest}")
    assert view.markdown().count("| ---") >= 2


def test_a_rollback_says_what_stays_for_another_site() -> None:
    kept = (
        Kept("role/nodes", "stays: site osaka uses it"),
        Kept("log-group/x", "is undone already"),
    )
    text = RolloutView(RolloutPlan(SCOPE, (Plan("activation", SCOPE, (), kept),)))

    assert "role/nodes" in text.text()
    assert "stays: site osaka uses it" in text.text()
    assert "log-group/x" not in text.text()


def test_inspection_tells_ours_from_others_and_what_is_missing() -> None:
    other = LogGroup("messages", 5)
    view = Inspection(
        {
            ENDPOINT.key: Found(ENDPOINT, "vpce-1", owned=True),
            other.key: Found(other, "messages", owned=False),
        },
        desired=(ENDPOINT, other, GROUP),
    )

    assert "made by this runbook" in view.text()
    assert "of others" in view.text()
    assert "does not exist" in view.text()
    assert view.text().endswith("2 resources found, 1 missing")


def test_failed_checks_come_with_their_remedy() -> None:
    view = ReportView(FAILED)

    assert "⛔ holds: mend <it>" in view.text()
    assert "mend &lt;it&gt;" in view.html()
    assert view.text().endswith("⛔ late: 0 of 1 checks passed")
    assert "there was nothing to check" in ReportView(Report("none", ())).text()


def test_header_of_a_rehearsal_says_so() -> None:
    assert SITE.text().startswith("REHEARSAL - simulated")
    assert "background:#fff3cd" in SITE.html()


def test_handover_shows_the_files_escaped() -> None:
    assert "zone &lt;x&gt; 転送" in FILES.html()
    assert "named.conf" in FILES.text()


@pytest.mark.parametrize(
    ("change", "sentence", "details"),
    [
        (
            Create(ENDPOINT),
            "Create interface endpoint ssm",
            (
                "service: ssm",
                "VPC ID: vpc-1",
                "subnets: subnet-a, subnet-c",
                "security group: endpoints",
                "private DNS: yes",
            ),
        ),
        (
            Create(GROUP),
            "Create security group endpoints",
            ("ingress: (protocol: tcp, port: 443, sources: 10.0.0.0/8)",),
        ),
        (
            Update(ServiceSetting("/a/tier", "x"), ServiceSetting("/a/tier", "y")),
            "Change service setting tier",
            ("value: x → y",),
        ),
        (Delete(LogGroup("messages", 5)), "Delete log group messages", ()),
        (
            Manual("people", "take it back", LogGroup("f", 1), undo=True),
            "By hand (undo), people: take it back",
            ("name: f",),
        ),
    ],
)
def test_changes_in_plain_words(
    change: Any, sentence: str, details: tuple[str, ...]
) -> None:
    assert words.sentence(change) == sentence
    assert set(details) <= set(words.details(change))


def test_long_texts_are_told_by_length_and_digest() -> None:
    (policy,) = (d for d in words.fields_of(ENDPOINT) if d.startswith("policy"))

    assert policy.startswith("policy: text of 202 characters (")


@dataclass(frozen=True, slots=True)
class NewSpec:
    """
    A spec that nobody has thought of yet.
    """

    hosts: tuple[str, ...]
    empty: str | None = None

    @property
    def key(self) -> str:
        return "new-spec/all"


def test_new_specs_need_no_code() -> None:
    spec = NewSpec(tuple(f"h{n}" for n in range(9)))

    assert words.sentence(Create(spec)) == "Create new spec all"
    assert words.fields_of(spec) == ("hosts: h0, h1, h2, h3, h4 and 4 more",)


def test_ipython_shows_the_views_of_plain_values() -> None:
    class Shell:
        display_formatter: Any = FORMATTER()

    install(Shell)
    for value in (PLAN, ROLLOUT, RECEIPT, REPORT):
        data, _ = Shell.display_formatter.format(value)
        view = VIEWS[type(value)](value)
        assert data == {"text/plain": view.text(), "text/html": view.html()}


def test_ipython_shows_views_themselves() -> None:
    data, _ = FORMATTER().format(PlanView(PLAN))

    assert data["text/plain"] == PlanView(PLAN).text()
    assert data["text/html"] == PlanView(PLAN).html()


def test_pictures_of_measurements_stand_apart_from_their_text() -> None:
    data, _ = FORMATTER().format(SeriesView(SERIES))

    assert set(data) == {"text/plain", "image/svg+xml"}
    assert "85" not in data["text/plain"]
    assert "⛔  db01" in data["text/plain"]
