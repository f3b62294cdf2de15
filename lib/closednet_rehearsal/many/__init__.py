"""
Many rehearsed sites at once, each with an AWS, DNS and servers of its own.

They are branches of one rehearsal (`branching`), so that the next one costs a fork and
not a start. Their parameters lie in one folder, their evidence in another, as those of
many real sites would.
"""

from __future__ import annotations

from closednet_rehearsal.many.sites import ManySites, many_sites


__all__ = ["ManySites", "many_sites"]
