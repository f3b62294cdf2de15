"""
What each command takes. Nothing is imported here that a command needs to work.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from argparse import ArgumentParser

AHEAD_DAYS: Final = 60


def params(parser: ArgumentParser) -> None:
    """
    Take the site's parameters file.
    """
    parser.add_argument("params", metavar="PARAMS", help="the site's parameters file")


def params_json(parser: ArgumentParser) -> None:
    """
    Take the parameters, and whether to print JSON.
    """
    params(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")


def plan(parser: ArgumentParser) -> None:
    """
    Take what `plan` takes.
    """
    params_json(parser)
    request(parser)


def request(parser: ArgumentParser) -> None:
    """
    Take where the change request goes.
    """
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="write the change request there; a name ending in .json: JSON alone",
    )
    parser.add_argument(
        "--lang", choices=["en", "ja"], help="pages in this language only"
    )


def apply(parser: ArgumentParser) -> None:
    """
    Take what `apply` takes.
    """
    params(parser)
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
    approvals(parser)


def approvals(parser: ArgumentParser) -> None:
    """
    Take where signed approvals are.
    """
    parser.add_argument(
        "--approvals", metavar="DIR", help="signed approvals, if not beside the plan"
    )


def approve(parser: ArgumentParser) -> None:
    """
    Take what `approve` takes.
    """
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


def rollback(parser: ArgumentParser) -> None:
    """
    Take what `rollback` takes.
    """
    params(parser)
    parser.add_argument("--run", metavar="ID", required=True, help="the run to undo")
    parser.add_argument(
        "--approve", metavar="DIGEST", default="", help="the digest of the rollback"
    )
    request(parser)
    approvals(parser)


def report(parser: ArgumentParser) -> None:
    """
    Take what `report` takes.
    """
    parser.add_argument("run_dir", metavar="RUN", help="folder of the run")
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
    parser.add_argument(
        "--out", metavar="DIR", help="write the hand-over report there, as it is now"
    )
    parser.add_argument(
        "--lang", choices=["en", "ja"], help="the report in this language only"
    )


def schema(parser: ArgumentParser) -> None:
    """
    Take what `schema` takes.
    """
    parser.add_argument(
        "--markdown", action="store_true", help="print the documentation instead"
    )


def policies(parser: ArgumentParser) -> None:
    """
    Take what `policies` takes.
    """
    params(parser)
    parser.add_argument(
        "--account",
        choices=["network", "management", "dns", "bucket", "key"],
        help="only this account's; bucket and key: for an owner in another account",
    )


def fleet(parser: ArgumentParser) -> None:
    """
    Take what `fleet` takes.
    """
    parser.add_argument("params", help="the site's parameters file")
    parser.add_argument(
        "--ask", action="store_true", help="ask every server, too, who it is to AWS"
    )
    parser.add_argument("--all", action="store_true", help="show every row")
    parser.add_argument("--svg", metavar="FILE", help="draw it, one square a server")
    parser.add_argument("--json", action="store_true", help="print JSON")


def evidence(parser: ArgumentParser) -> None:
    """
    Take the verbs of `evidence`, and what each of them takes.
    """
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    checked = verbs.add_parser("verify", help="check an archive as an auditor does")
    checked.add_argument("run_dir", metavar="DIR", help="folder of the run, or .zip")
    checked.add_argument(
        "--signer",
        metavar="KEY",
        action="append",
        default=[],
        help="a key that must have signed: its id, or a file with the public key",
    )
    checked.add_argument(
        "--authority",
        metavar="FILE",
        type=Path,
        help="certificates of the time-stamp authority (PEM)",
    )
    checked.add_argument("--json", action="store_true", help="print JSON for scripts")
    checked.set_defaults(do="verify")
    packed = verbs.add_parser("pack", help="write an archive as one file")
    packed.add_argument("run_dir", metavar="DIR", help="folder of the run")
    packed.add_argument("--out", metavar="FILE", type=Path, help="default: DIR.zip")
    packed.set_defaults(do="pack")
    compared = verbs.add_parser("diff", help="show what changed between two runs")
    compared.add_argument("run_dir", metavar="A", help="folder or .zip of a run")
    compared.add_argument("other_dir", metavar="B", help="of another run or site")
    compared.add_argument("--json", action="store_true", help="print JSON for scripts")
    compared.set_defaults(do="diff")


def audit(parser: ArgumentParser) -> None:
    """
    Take what `audit` takes.
    """
    parser.add_argument("params", metavar="PARAMS", help="the site's parameters file")
    parser.add_argument(
        "--against",
        metavar="ARCHIVE",
        required=True,
        help="the sealed archive of a run of this site, a folder or .zip",
    )
    parser.add_argument(
        "--warn-days",
        metavar="N",
        type=int,
        default=AHEAD_DAYS,
        help=f"warn of what ends within so many days (default: {AHEAD_DAYS})",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for scripts")
