"""
The parameters of the rehearsal's site, with changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from closednet.params.site import SiteParams


FILE = Path(__file__).parents[3] / "params" / "rehearsal.yaml"


def params_with(**changes: Any) -> SiteParams:
    """
    Return the rehearsal's parameters; `a__b=1` sets `b` in section `a`.
    """
    raw = yaml.safe_load(FILE.read_text())
    del raw["connection"]
    for path, value in changes.items():
        place = raw
        *sections, name = path.split("__")
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    return SiteParams.model_validate(raw, strict=False)
