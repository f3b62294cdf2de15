"""
Causes in the way between site and VPC: routes, security groups, network ACLs, firewalls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.model.causes.cause import Cause

CAUSES: Final[tuple[Cause, ...]] = ()
