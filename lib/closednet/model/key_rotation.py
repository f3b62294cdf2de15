"""
Exchanging an access key without a moment in which a server has none that is valid.

A user may have two keys. The new one is made beside the old one and brought to every
server; only then the old one goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.change import Create, Delete, Manual, Update
from closednet.model.specs.hosts import CloudWatchCredentials
from closednet.model.specs.management import AccessKey, FormerKey


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.change import AnyChange
    from closednet.params.site import Host


def arranged(
    changes: tuple[AnyChange, ...], former: Iterable[FormerKey], hosts: Iterable[Host]
) -> tuple[AnyChange, ...]:
    """
    Return the changes with the removal of the former key at their end.

    Where people bring the new key to some servers, the former one stays until they
    did: the next plan removes it.
    """
    others = [change for change in changes if not _is_removal(change)]
    rotated = any(_rotates(change) for change in others)
    left = rotated or len(others) < len(changes)
    by_people = {host.name for host in hosts if host.connector == "script"}
    waits = any(_is_of(change, by_people) for change in others)
    if left and not waits:
        others += [Delete(spec) for spec in former]
    return tuple(others)


def _is_removal(change: AnyChange) -> bool:
    """
    Tell whether a change is the removal of a former key, or that taken back.
    """
    gone = isinstance(change, Delete) and isinstance(change.old, FormerKey)
    back = isinstance(change, Create) and isinstance(change.new, FormerKey)
    return gone or back


def _rotates(change: AnyChange) -> bool:
    return isinstance(change, Update) and isinstance(change.new, AccessKey)


def _is_of(change: AnyChange, hosts: set[str]) -> bool:
    spec = change.spec if isinstance(change, Manual) else getattr(change, "new", None)
    return isinstance(spec, CloudWatchCredentials) and spec.host in hosts
