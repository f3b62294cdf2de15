"""
Causes in rights: roles, policies, keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.model.causes.cause import Cause

CAUSES: Final[tuple[Cause, ...]] = ()
