"""
The command that holds the inventory against what AWS lists.
"""

from __future__ import annotations

import json

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from closednet.aws.nodes import ManagedNodes
from closednet.hosts.inventory import FactsSource
from closednet.hosts.quarantine import Quarantine
from closednet.model.reconciliation import counts, reconcile
from closednet.render.fleet import picture, summary, table
from closednet.site import open_site


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.site import Site


def fleet(arguments: Namespace) -> int:
    """
    Print who is a managed node, and who is missing, twice or unknown.
    """
    site = open_site(arguments.params)
    site.confirm_accounts()
    nodes = ManagedNodes(site.management).of_site(site.params.site)
    rows = reconcile(site.params, nodes, _own(site) if arguments.ask else {})
    if arguments.svg:
        text = picture(rows, site.params.site)
        Path(arguments.svg).write_text(text, "utf-8")
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    else:
        print(table(rows, len(rows)) if arguments.all else table(rows))
        print(summary(rows))
    return 0 if set(counts(rows)) <= {"online"} else 1


def _own(site: Site) -> dict[str, str]:
    """
    Return what the servers that answer call themselves.
    """
    everybody = Quarantine(len(site.params.hosts), site.recorder)
    facts = FactsSource(site.fleet, quarantine=everybody)
    known = facts.of(host.name for host in site.params.hosts)
    return {name: fact.node_id for name, fact in known.items()}
