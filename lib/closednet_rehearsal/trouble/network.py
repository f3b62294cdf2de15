"""
Troubles with the network between site and VPC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Trouble

TROUBLES: Final[tuple[Trouble, ...]] = ()
