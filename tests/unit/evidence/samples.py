"""
Small true-to-life plans, receipts and reports.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from closednet.evidence.listener import JournalListener
from closednet.evidence.run_folder import RunFolder
from closednet.model.change import Create, Kept, Manual, Update
from closednet.model.plan import Plan, RolloutPlan, Scope
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Check, Report
from closednet.model.specs.management import LogGroup, Role, ServiceSetting


if TYPE_CHECKING:
    from pathlib import Path

RUN = "20261123T110050Z-1a2b3c"
SCOPE = Scope("osaka", "ap-northeast-1", "111111111111", "222222222222", "0" * 20)
ROLE = Create(Role("closednet-managed-node", '{"Version":"2012-10-17"}', "nodes"))
GROUP = Create(LogGroup("/closednet/run-command", 90))
TIER = Update(
    ServiceSetting("/ssm/managed-instance/activation-tier", "standard"),
    ServiceSetting("/ssm/managed-instance/activation-tier", "advanced"),
)
BY_HAND = Manual(
    "DNS administrator", "install 転送 rules", ServiceSetting("forwarder", "installed")
)
PLAN = Plan("activation", SCOPE, (ROLE, GROUP, TIER, BY_HAND), (Kept("x", "is so"),))
ROLLOUT = RolloutPlan(SCOPE, (PLAN, Plan("endpoints", SCOPE, ())))
RECEIPT = Receipt(
    "activation",
    PLAN.digest,
    PLAN.digest,
    (Done(ROLE, "AROA1"), Done(GROUP, "lg-1"), Done(TIER, "tier")),
    (BY_HAND,),
)
REPORT = Report(
    "activation",
    (
        Check("the role exists", True, "closednet-managed-node", ("S9", "S12"), "role"),
        Check("the tier is advanced", True, "advanced", ("S3",)),
    ),
)


class Clock:
    """
    A clock that goes on by one second each time it is read.
    """

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 11, 0, 50, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def run_folder(root: Path, run_id: str = RUN) -> RunFolder:
    """
    Return an empty folder of a run.
    """
    return RunFolder(root, "osaka", run_id, clock=Clock())


def full_run(root: Path, run_id: str = RUN) -> RunFolder:
    """
    Return the folder of a run that planned, was approved, applied and verified.
    """
    folder = run_folder(root, run_id)
    record = folder.journal.record
    record("run", site="osaka", region="ap-northeast-1", simulated=True, operator="me")
    folder.write_params({"site": "osaka", "keys": {"secret_access_key": "rehearsal"}})
    folder.write_versions({"boto3": "1.44.5"})
    folder.write_plan(PLAN)
    folder.write_approval(PLAN, by="hanako")
    listener = JournalListener(folder.journal)
    for done in RECEIPT.done:
        listener.change_started("activation", done.change)
        record(
            "aws-call",
            service="iam",
            operation="CreateRole",
            account_id="222222222222",
            mutating=True,
            error_code="",
        )
        listener.change_done("activation", done)
    folder.write_receipt(RECEIPT)
    record("host-transcript", host="web01", script="facts", exit_code=0, stdout="ok")
    record(
        "dns-question",
        answer={
            "server": "192.168.10.53",
            "name": "ssm.ap-northeast-1.amazonaws.com",
            "rdtype": "A",
            "rcode": "NOERROR",
            "addresses": ["10.20.1.7"],
        },
    )
    folder.write_report(REPORT)
    folder.write_handover("named.conf", "zone 転送 { };\n", audience="DNS")
    return folder
