"""
What a change does to other sites of the same account and Region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model import sharing
from closednet.model.change import Update
from closednet.model.risks import Risk
from closednet.model.specs.management import SessionPreferences


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from closednet.model.change import AnyChange
    from closednet.params.site import SiteParams


def neighbour_risks(
    params: SiteParams,
    changes: Iterable[AnyChange],
    others: Mapping[str, frozenset[str] | None],
) -> Iterator[Risk]:
    """
    Yield the session preferences that others need as they are, and that change.
    """
    for old, new in _preferences(changes):
        why = sharing.needed(old, params, others)
        if why and sharing.shared_as(old, params) != sharing.shared_as(new, params):
            facts = {
                "sites": sharing.who(why)[1],
                "account": params.accounts.management.id,
                "key": str(old.kms_key_arn),
                "group": str(old.log_group),
            }
            yield Risk("preferences-of-others", "high", facts)


def changes_preferences(changes: Iterable[AnyChange]) -> bool:
    """
    Tell whether session preferences that stand are changed at all.
    """
    return any(True for _ in _preferences(changes))


def _preferences(
    changes: Iterable[AnyChange],
) -> Iterator[tuple[SessionPreferences, SessionPreferences]]:
    for change in changes:
        if (
            isinstance(change, Update)
            and isinstance(change.old, SessionPreferences)
            and isinstance(change.new, SessionPreferences)
        ):
            yield change.old, change.new
