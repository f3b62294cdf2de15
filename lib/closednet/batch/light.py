"""
Keeps needless imports out of every process that reads notebooks.

They serve jsonschema's checks of addresses and durations, which no notebook has, and
jsonschema does without them. `rfc3987_syntax` builds 35 parsers when it is imported,
1.4 s of CPU time; the others take a tenth of a second.
Import this module before nbformat or nbconvert, and papermill from here: sorted
imports would put it first.
"""

from __future__ import annotations

import sys

from typing import Any, cast


for _name in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    cast("dict[str, Any]", sys.modules).setdefault(_name, None)

# ruff: noqa: E402 - after the lines above
import papermill

from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError


__all__ = ["DeadKernelError", "PapermillExecutionError", "papermill"]
