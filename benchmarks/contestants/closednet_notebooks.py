"""
The work by closednet's notebooks, as its batch runs them: kernels, evidence, pages.

`closednet_notebooks.py apply PARAMS RUN`: all steps are planned, and each notebook is
run by papermill under the digest of its plan. A notebook verifies whenever it runs.
The last one stops at what it claims about servers: there are none, so that counts as
its end.
"""

from __future__ import annotations

import sys

from benchmarks.contestants.closednet_library import plans, wrong
from closednet import registry
from closednet.batch import overlap
from closednet.batch.execute import Outcome, execute
from closednet.batch.forking import SHARED
from closednet.batch.notebooks import notebooks_folder
from closednet.batch.pages import Pages
from closednet.evidence.run_folder import RunFolder
from closednet.run.locking import held
from closednet.site import open_site


LIMIT_S = 600


def main(params: str, run: str) -> int:
    """Do the work and return the exit code."""
    SHARED.prepare()
    site = open_site(params)
    site.confirm_accounts()
    folder = RunFolder(site.evidence_root, site.params.site, run)
    pages = Pages(folder)
    planned = {registry.entry(n).notebook: plan for n, plan in plans(site).items()}

    def one(notebook: str) -> Outcome:
        target = folder.path / "notebooks" / f"{notebook}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = planned[notebook].digest
        given = {"params_file": params, "run_id": run, "approve": digest}
        source = notebooks_folder() / f"{notebook}.ipynb"
        outcome = execute(source, target, given, timeout_s=LIMIT_S)
        pages.begin(target)
        return Outcome(notebook) if outcome.error == "VerificationError" else outcome

    busy = {notebook for notebook, plan in planned.items() if plan.changes}
    with held(site.evidence_root, site.params.site):
        outcome = overlap.run(planned, busy, one)
    if not outcome.ok:
        sys.stderr.write(f"{outcome.notebook}: {outcome.error}: {outcome.message}\n")
        return 1
    pages.write()
    found = wrong(site, list(folder.reports().values()))
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[2:]))
