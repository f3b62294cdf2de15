"""
The work by closednet's verbs in one process: no notebooks, no evidence.

`closednet_library.py apply|verify PARAMS`. Every step is planned, approved by its
digest, applied and verified, as its notebook does. Servers take no part, so what the
last step claims about them fails, and does not count.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING

from closednet import engine, registry
from closednet.evidence.listener import JournalListener
from closednet.recorder import NullRecorder
from closednet.site import open_site


if TYPE_CHECKING:
    from closednet.model.report import Report
    from closednet.site import Site

STEPS = ("endpoints", "inbound-endpoint", "hosted-zone", "activation", "iam-attach")


def apply(site: Site, name: str) -> None:
    """Plan a step, approve that plan, and apply it."""
    step = registry.build(name, site)
    with site.reads.shared():
        plan = engine.plan(step, engine.inspect(step), site.scope)
        if plan.changes:
            approved = plan.approve(plan.digest)
            engine.apply(step, approved, JournalListener(NullRecorder()))


def verify(site: Site, name: str) -> Report:
    """Verify a step."""
    with site.reads.shared():
        return registry.build(name, site).verify()


def wrong(site: Site, reports: list[Report]) -> list[str]:
    """Return what failed, of what is claimed about AWS."""
    servers = {host.name for host in site.params.hosts}
    failures = [check for report in reports for check in report.failures]
    return [
        f"{check.claim}: {check.evidence}"
        for check in failures
        if not any(name in check.claim for name in servers)
    ]


def main(verb: str, params: str) -> int:
    """Do the work and return the exit code."""
    site = open_site(params)
    site.confirm_accounts()
    reports = []
    for name in STEPS:
        if verb == "apply":
            apply(site, name)
        reports.append(verify(site, name))
    found = wrong(site, reports)
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
