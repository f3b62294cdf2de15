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
    from closednet.model.plan import Plan
    from closednet.model.report import Report
    from closednet.site import Site

STEPS = ("endpoints", "inbound-endpoint", "hosted-zone", "activation", "iam-attach")


def plans(site: Site) -> dict[str, Plan]:
    """Plan all steps, as `closednet plan` does."""
    with site.reads.shared():
        steps = {name: registry.build(name, site) for name in STEPS}
        return {
            name: engine.plan(step, engine.inspect(step), site.scope)
            for name, step in steps.items()
        }


def apply(site: Site) -> None:
    """Apply every plan under its digest."""
    for name, plan in plans(site).items():
        if plan.changes:
            with site.reads.shared():
                step, approved = registry.build(name, site), plan.approve(plan.digest)
                engine.apply(step, approved, JournalListener(NullRecorder()))


def verify(site: Site) -> list[Report]:
    """Verify all steps, as `closednet verify` does."""
    with site.reads.shared():
        return [registry.build(name, site).verify() for name in STEPS]


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
    if verb == "apply":
        apply(site)
    found = wrong(site, verify(site))
    sys.stderr.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
