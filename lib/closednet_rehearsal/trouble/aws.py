"""
Troubles with AWS's resources and limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Trouble

TROUBLES: Final[tuple[Trouble, ...]] = ()
