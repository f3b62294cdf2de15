"""
One function a command, and the arguments of each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.notebooks import notebooks_folder
from closednet.cli import (
    audit_command,
    diagnose,
    evidence_commands,
    fleet_command,
    requests,
    show,
    site_commands,
)
from closednet.model.cloudwatch_wishes import Wishes
from closednet.params.load import find, load
from closednet.params.schema import json_schema, markdown


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


def _params(parser: ArgumentParser) -> None:
    parser.add_argument("params", metavar="PARAMS", help="the site's parameters file")


def _params_json(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")


def _plan(parser: ArgumentParser) -> None:
    _params_json(parser)
    _request(parser)


def _request(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="write the change request there; a name ending in .json: JSON alone",
    )
    parser.add_argument(
        "--lang", choices=["en", "ja"], help="pages in this language only"
    )


def _apply(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument(
        "--approve", metavar="DIGEST", default="", help="the rollout digest of the plan"
    )
    parser.add_argument(
        "--from", dest="first", metavar="STEP", help="begin at this step (10, ...)"
    )
    parser.add_argument(
        "--plan", metavar="FILE", help="the approved plan, if made on another machine"
    )
    parser.add_argument("--run", metavar="ID", default="", help="name of the run")
    _approvals(parser)


def _approvals(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--approvals", metavar="DIR", help="signed approvals, if not beside the plan"
    )


def _approve(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the request, change-request.json")
    parser.add_argument(
        "--as",
        dest="approver",
        metavar="NAME",
        required=True,
        help="who approves, as the allowed signers name you",
    )
    parser.add_argument(
        "--key", metavar="FILE", required=True, help="your SSH key, or its public half"
    )
    parser.add_argument(
        "--digest", default="", help="what you read; refuse if the file has another"
    )
    parser.add_argument(
        "--check", metavar="PARAMS", default="", help="compare with this checkout first"
    )
    parser.add_argument(
        "--valid-hours", type=float, metavar="N", help="less than the site allows"
    )
    parser.add_argument("--out", metavar="DIR", help="where to write the approval")


def _rollback(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument("--run", metavar="ID", required=True, help="the run to undo")
    parser.add_argument(
        "--approve", metavar="DIGEST", default="", help="the digest of the rollback"
    )
    _request(parser)
    _approvals(parser)


def _report(parser: ArgumentParser) -> None:
    parser.add_argument("run_dir", metavar="RUN", help="folder of the run")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    parser.add_argument(
        "--out", metavar="DIR", help="write the hand-over report there, as it is now"
    )
    parser.add_argument(
        "--lang", choices=["en", "ja"], help="the report in this language only"
    )


def _schema(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--markdown", action="store_true", help="print the documentation instead"
    )


def _policies(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument(
        "--account",
        choices=["network", "management", "dns", "bucket", "key"],
        help="only this account's; bucket and key: for an owner in another account",
    )


def check(arguments: Namespace) -> int:
    """
    Judge the parameters; nothing is called.
    """
    params = load(arguments.params)
    Wishes(params, "").confirm()
    if arguments.json:
        print(json.dumps({"ok": True, "site": params.site}))
    else:
        print(f"{arguments.params}: site {params.site} is well described")
    return 0


def schema(arguments: Namespace) -> int:
    """
    Print what may stand in a parameters file.
    """
    text = markdown() if arguments.markdown else json.dumps(json_schema(), indent=2)
    print(text.rstrip("\n"))
    return 0


def report(arguments: Namespace) -> int:
    """
    Print what a run proves.
    """
    place = evidence_commands.evidence_folder(arguments.run_dir)
    if arguments.out:
        show.write_report(place, Path(arguments.out), arguments.lang)
    return show.run_report(place, as_json=arguments.json)


def lab(arguments: Namespace) -> int:
    """
    Open JupyterLab on the notebooks, with these parameters.
    """
    from closednet.batch.forking import FOR_JUPYTER  # noqa: PLC0415 - slow import

    params = find(arguments.params)
    load(params)
    folder = notebooks_folder()
    print(f"set params_file = {os.path.relpath(params, folder.parent)!r} in a notebook")
    return subprocess.call(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "jupyterlab", os.fspath(folder), *LAB_OPTIONS],
        cwd=folder.parent,
        env=os.environ | FOR_JUPYTER,
    )


# Its overrides keep JupyterLab from asking whether it may fetch news.
LAB_SETTINGS: Final = Path(__file__).with_name("lab")
LAB_OPTIONS: Final = (
    f"--LabApp.app_settings_dir={LAB_SETTINGS}",
    f"--LabServerApp.app_settings_dir={LAB_SETTINGS}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--KernelManager.transport_encryption=auto",
)


COMMANDS: Final = {
    "check": Command("judge the parameters; nothing is called", _params_json, check),
    "schema": Command("print the schema of the parameters", _schema, schema),
    "plan": Command("plan all steps; reads only", _plan, site_commands.plan),
    "approve": Command("sign a change request", _approve, requests.approve),
    "apply": Command(
        "run the notebooks under an approved plan", _apply, site_commands.apply
    ),
    "verify": Command(
        "check every claim about the site", _params_json, site_commands.verify
    ),
    "status": Command(
        "show what stands, step by step", _params_json, site_commands.status
    ),
    "fleet": Command(
        "hold the inventory against AWS's list of nodes",
        fleet_command.arguments,
        fleet_command.fleet,
    ),
    "diagnose": Command(
        "name the causes of what does not work; reads and asks only",
        _params_json,
        diagnose.diagnose,
    ),
    "rollback": Command(
        "undo a run from its receipts", _rollback, site_commands.rollback
    ),
    "policies": Command(
        "print the operator's IAM policies", _policies, site_commands.policies
    ),
    "report": Command("print what a run proves", _report, report),
    "evidence": Command(
        "check the archive of a run, pack it, or compare two",
        evidence_commands.arguments,
        evidence_commands.run,
    ),
    "audit": Command(
        "compare the site with an archive; reads only",
        audit_command.arguments,
        audit_command.run,
    ),
    "lab": Command("open JupyterLab on the notebooks", _params, lab),
}
