"""
Where the model notebooks are.
"""

from __future__ import annotations

from typing import Final

from closednet.run.models import notebooks_folder


__all__ = ["EVIDENCE", "ROLLBACK", "notebooks_folder"]
ROLLBACK: Final = "90-rollback"
EVIDENCE: Final = "99-evidence"
