"""
The parameters of a site: one YAML file, typed and judged as a whole.
"""

from __future__ import annotations

from closednet.params.load import load
from closednet.params.site import SiteParams


__all__ = ["SiteParams", "load"]
