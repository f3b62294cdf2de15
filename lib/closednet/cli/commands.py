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
from closednet.cli import show, site_commands
from closednet.errors import EvidenceError, PreconditionError
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
    parser.add_argument("--out", metavar="FILE", help="write the plan as JSON")


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


def _rollback(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument("--run", metavar="ID", required=True, help="the run to undo")
    parser.add_argument(
        "--approve", metavar="DIGEST", default="", help="the digest of the rollback"
    )


def _report(parser: ArgumentParser) -> None:
    parser.add_argument("run_dir", metavar="RUN", help="folder of the run")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")


def _evidence(parser: ArgumentParser) -> None:
    parser.add_argument("verb", choices=["verify"], help="what to do")
    parser.add_argument("run_dir", metavar="DIR", help="folder of the run")


def _schema(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--markdown", action="store_true", help="print the documentation instead"
    )


def _policies(parser: ArgumentParser) -> None:
    _params(parser)
    parser.add_argument(
        "--account", choices=["network", "management"], help="only this account's"
    )


def check(arguments: Namespace) -> int:
    """
    Judge the parameters; nothing is called.
    """
    params = load(arguments.params)
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
    return show.run_report(_run_dir(arguments.run_dir), as_json=arguments.json)


def evidence(arguments: Namespace) -> int:
    """
    Check an archive as an auditor does.
    """
    return show.verified_archive(_run_dir(arguments.run_dir))


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


def _run_dir(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise PreconditionError(
            f"there is no folder {text}",
            hint="give the folder of a run, such as evidence/SITE/RUN-ID",
        )
    if not (folder / "journal.jsonl").is_file():
        raise EvidenceError(
            f"{text} holds no journal",
            hint="give the folder of one run, not its parent",
        )
    return folder


COMMANDS: Final = {
    "check": Command("judge the parameters; nothing is called", _params_json, check),
    "schema": Command("print the schema of the parameters", _schema, schema),
    "plan": Command("plan all steps; reads only", _plan, site_commands.plan),
    "apply": Command(
        "run the notebooks under an approved plan", _apply, site_commands.apply
    ),
    "verify": Command(
        "check every claim about the site", _params_json, site_commands.verify
    ),
    "status": Command(
        "show what stands, step by step", _params_json, site_commands.status
    ),
    "rollback": Command(
        "undo a run from its receipts", _rollback, site_commands.rollback
    ),
    "policies": Command(
        "print the operator's IAM policies", _policies, site_commands.policies
    ),
    "report": Command("print what a run proves", _report, report),
    "evidence": Command("check the archive of a run", _evidence, evidence),
    "lab": Command("open JupyterLab on the notebooks", _params, lab),
}
