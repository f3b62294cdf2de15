"""
The commands: what each takes, and where what it does is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

from closednet.cli import arguments, batch_arguments


if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Command:
    """
    A command: its help, its arguments, and what it does.
    """

    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def _later(place: str) -> Callable[[Namespace], int]:
    """
    Return what imports a command's module when the command is given.

    What other commands need costs more than most commands: boto3 alone takes longer
    than to judge a site's parameters.
    """

    def run(given: Namespace) -> int:
        code: int = resolve_name(f"closednet.cli.{place}")(given)
        return code

    return run


def _evidence(given: Namespace) -> int:
    return _later(f"evidence_commands:{given.do}")(given)


COMMANDS: Final = {
    "check": Command(
        "judge the parameters; nothing is called",
        arguments.params_json,
        _later("params_commands:check"),
    ),
    "schema": Command(
        "print the schema of the parameters",
        arguments.schema,
        _later("params_commands:schema"),
    ),
    "plan": Command(
        "plan all steps; reads only", arguments.plan, _later("site_commands:plan")
    ),
    "approve": Command(
        "sign a change request", arguments.approve, _later("requests:approve")
    ),
    "apply": Command(
        "run the notebooks under an approved plan",
        arguments.apply,
        _later("site_commands:apply"),
    ),
    "verify": Command(
        "check every claim about the site",
        arguments.params_json,
        _later("site_commands:verify"),
    ),
    "batch": Command(
        "plan, apply or verify many sites",
        batch_arguments.batch,
        _later("batch_command:run"),
    ),
    "status": Command(
        "show what stands, step by step",
        arguments.params_json,
        _later("site_commands:status"),
    ),
    "fleet": Command(
        "hold the inventory against AWS's list of nodes",
        arguments.fleet,
        _later("fleet_command:fleet"),
    ),
    "diagnose": Command(
        "name the causes of what does not work; reads and asks only",
        arguments.params_json,
        _later("diagnose:diagnose"),
    ),
    "rollback": Command(
        "undo a run from its receipts",
        arguments.rollback,
        _later("site_commands:rollback"),
    ),
    "policies": Command(
        "print the operator's IAM policies",
        arguments.policies,
        _later("site_commands:policies"),
    ),
    "report": Command(
        "print what a run proves", arguments.report, _later("evidence_commands:report")
    ),
    "evidence": Command(
        "check the archive of a run, pack it, or compare two",
        arguments.evidence,
        _evidence,
    ),
    "audit": Command(
        "compare the site with an archive; reads only",
        arguments.audit,
        _later("audit_command:audit_site"),
    ),
    "lab": Command(
        "open JupyterLab on the notebooks", arguments.params, _later("lab_command:lab")
    ),
}
