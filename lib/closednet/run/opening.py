"""
Opening a run: read the parameters, find or make its folder, confirm who we are.
"""

from __future__ import annotations

import getpass
import platform
import secrets

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from closednet import registry
from closednet.evidence import kernel_hooks, runs
from closednet.evidence.run_folder import RunFolder, utc_now
from closednet.render import install
from closednet.run.instructed import open_instructed, refuse_instruct
from closednet.run.rollback import RollbackRun
from closednet.run.run import Run
from closednet.run.sealing import EvidenceRun
from closednet.site import Site, open_site


if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: Final = ("boto3", "botocore", "dnspython", "papermill", "ipykernel")


def open_run(
    step: str, params_file: str | Path, *, run_id: str = ""
) -> Run | EvidenceRun:
    """
    Return the run of one notebook, in the right accounts, with its evidence open.

    Raises:
        ParamsError: Something in the parameters is wrong; nothing was called.
        WrongAccountError: The credentials belong to another account.
    """
    site, folder = open_site_run(params_file, run_id=run_id)
    if step == "evidence":
        return EvidenceRun(step, site, folder)
    if site.params.mode == "instruct":
        return open_instructed(step, site, folder)
    site.confirm_accounts()
    return Run(step, site, folder, registry.build(step, site))


def open_rollback(
    params_file: str | Path, *, run_id: str = "", undo: str = ""
) -> RollbackRun:
    """
    Return the run that undoes the run `undo`, by default the newest of the site.

    Raises:
        ParamsError: Something in the parameters is wrong; nothing was called.
        WrongAccountError: The credentials belong to another account.
    """
    site, folder = open_site_run(params_file, run_id=run_id)
    refuse_instruct(site)
    site.confirm_accounts()
    undone = RunFolder(folder.root, folder.site, undo or folder.run_id)
    return RollbackRun(site, folder, undone)


def open_site_run(
    params_file: str | Path, *, run_id: str = ""
) -> tuple[Site, RunFolder]:
    """
    Return a site and the folder of its run, made if it does not exist yet.
    """
    unrecorded = open_site(params_file)
    root, name = unrecorded.evidence_root, unrecorded.params.site
    newest = None if run_id else runs.latest_open(root, name)
    begun = runs.new_run_id(utc_now(), secrets.token_bytes(8))
    folder = newest or RunFolder(root, name, run_id or begun)
    site = replace(unrecorded, recorder=folder.journal, run_id=folder.run_id)
    if not folder.journal.path.is_file():
        _begin(site, folder)
    if kernel_hooks.install(folder.journal):
        _show_tables()
    return site, folder


def _show_tables() -> None:
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - slow import

    install.install(get_ipython())


def _begin(site: Site, folder: RunFolder) -> None:
    folder.journal.record(
        "run",
        site=site.params.site,
        region=site.params.region,
        params_digest=site.scope.params_digest,
        simulated=site.params.connection.simulated,
        operator=getpass.getuser(),
        machine=platform.node(),
    )
    folder.write_params(site.params.model_dump(mode="json"))
    folder.write_versions(
        {name: version(name) for name in PACKAGES}
        | {"python": platform.python_version(), "closednet": version("closednet")}
    )
