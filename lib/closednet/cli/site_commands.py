"""
The commands that act on a site.
"""

from __future__ import annotations

import json
import sys

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from closednet import engine, registry
from closednet.batch.forking import SHARED
from closednet.cli import requests, show
from closednet.errors import PreconditionError
from closednet.evidence import codec, runs
from closednet.model.change import key_of
from closednet.model.owner_policies import owner_policies
from closednet.run.planning import plan_and_keep
from closednet.run.rollout import verify_rollout
from closednet.run.run import cost_lines
from closednet.site import open_site


if TYPE_CHECKING:
    from argparse import Namespace


def plan(arguments: Namespace) -> int:
    """
    Plan all steps and print the rollout digest.
    """
    site = open_site(arguments.params)
    planned, request = plan_and_keep(site, with_request=bool(arguments.out))
    rollout = planned.rollout
    if request:
        requests.write(arguments, request)
    if arguments.json:
        print(json.dumps(codec.plan_file(rollout), ensure_ascii=False))
    else:
        show.rollout(rollout, cost_lines(site.params), planned.calls)
        if arguments.out:
            print(f"written to {arguments.out}")
    return 0


def apply(arguments: Namespace) -> int:
    """
    Run the notebooks of all steps under an approved plan.
    """
    if arguments.approve:
        # Imports what kernels need while we import what the batch needs.
        SHARED.prepare()
    from closednet.batch import rollout  # noqa: PLC0415 - papermill is slow to import

    ended = rollout.apply(
        arguments.params,
        approve=arguments.approve,
        first=arguments.first,
        plan_file=Path(arguments.plan) if arguments.plan else None,
        approvals_folder=Path(arguments.approvals) if arguments.approvals else None,
        run_id=arguments.run,
    )
    return ended.exit_code


def verify(arguments: Namespace) -> int:
    """
    Check every claim and print all of them.
    """
    reports = verify_rollout(open_site(arguments.params))
    if arguments.json:
        print(json.dumps([codec.encode(r) for r in reports], ensure_ascii=False))
    else:
        show.reports(reports)
    return 0 if all(report.passed for report in reports) else 1


def status(arguments: Namespace) -> int:
    """
    Show, step by step, what stands and what is left to do; and the runs.
    """
    site = open_site(arguments.params)
    site.confirm_accounts()
    rows = []
    for name in registry.NAMES:
        step = registry.build(name, site)
        with site.reads.shared():
            plan_ = engine.plan(step, engine.inspect(step), site.scope)
        rows.append(
            {
                "step": name,
                "stands": len(plan_.kept),
                "to_do": len(plan_.changes),
                "keys_to_do": [key_of(change) for change in plan_.changes],
            }
        )
    known = runs.runs(site.evidence_root, site.params.site)
    if arguments.json:
        print(
            json.dumps(
                {
                    "steps": rows,
                    "runs": [{"run": r.run_id, "state": show.state(r)} for r in known],
                }
            )
        )
    else:
        show.status(rows, known)
    return 0


def rollback(arguments: Namespace) -> int:
    """
    Plan the undoing of a run; with the digest, do it.
    """
    if arguments.approve:
        # Imports what kernels need while we import what the batch needs.
        SHARED.prepare()
    from closednet.batch import rollout  # noqa: PLC0415 - papermill is slow to import

    return rollout.undo(
        arguments.params,
        arguments.run,
        approve=arguments.approve,
        approvals_folder=Path(arguments.approvals) if arguments.approvals else None,
        tell=partial(requests.write, arguments) if arguments.out else None,
    )


def policies(arguments: Namespace) -> int:
    """
    Print the least-privilege policies of the operator, and what owners must allow.
    """
    from closednet.registry import operator_policies  # noqa: PLC0415 - all steps

    site = open_site(arguments.params)
    documents = operator_policies(site) | owner_policies(site.params)
    if arguments.account and arguments.account not in documents:
        raise PreconditionError(
            f"this site has no {arguments.account} of another account",
            hint=f"it has: {', '.join(documents)}",
        )
    if arguments.account:
        documents = {arguments.account: documents[arguments.account]}
    json.dump(documents, sys.stdout, indent=2)
    print()
    return 0
