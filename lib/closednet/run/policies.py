"""
The operator's least-privilege policies, from what the steps say they call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet import registry
from closednet.model.operator_policies import operator_policy


if TYPE_CHECKING:
    from closednet.site import Site


def operator_policies(site: Site) -> dict[str, Any]:
    """
    Return the policy document of the operator in each account.
    """
    kinds = [
        kind for name in registry.NAMES for kind in registry.build(name, site).kinds()
    ]
    actions = [kind.actions for kind in kinds]
    return {
        account: operator_policy(site.params, account, actions)
        for account in ("network", "management")
    }
