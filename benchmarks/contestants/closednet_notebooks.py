"""
The work by closednet's notebooks, as its batch runs them: kernels, evidence, pages.

`closednet_notebooks.py apply PARAMS RUN`: all steps are planned, and each notebook is
run by papermill under the digest of its plan. A notebook verifies whenever it runs.
The last one stops at what it claims about servers: there are none, so that counts as
its end.
"""

from __future__ import annotations

import sys

from pathlib import Path

from benchmarks.contestants.closednet_library import plans, wrong
from closednet import registry
from closednet.batch.execute import execute
from closednet.batch.forking import SHARED
from closednet.batch.notebooks import notebooks_folder
from closednet.batch.pages import Pages
from closednet.evidence.run_folder import RunFolder
from closednet.site import open_site


LIMIT_S = 600


def main(params: str, run: str) -> int:
    """Do the work and return the exit code."""
    SHARED.prepare()
    site = open_site(params)
    site.confirm_accounts()
    folder = RunFolder(site.evidence_root, site.params.site, run)
    pages = Pages(folder)
    digests = {name: plan.digest for name, plan in plans(site).items()}
    for name, digest in digests.items():
        notebook = registry.entry(name).notebook
        target = folder.path / "notebooks" / f"{notebook}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        given = {"params_file": params, "run_id": run, "approve": digest}
        source = notebooks_folder() / f"{notebook}.ipynb"
        outcome = execute(source, target, given, timeout_s=LIMIT_S)
        if outcome.error not in ("", "VerificationError"):
            sys.stderr.write(f"{notebook}: {outcome.error}: {outcome.message}\n")
            return 1
        pages.begin(Path(target))
    pages.write()
    found = wrong(site, list(folder.reports().values()))
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[2:]))
