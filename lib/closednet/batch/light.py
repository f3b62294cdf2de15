"""
Keeps one needless import out of every process that reads notebooks.

`rfc3987_syntax` builds 35 parsers when it is imported, 1.4 s of CPU time, for a
check of addresses that no notebook needs; jsonschema does without it.
Import this module before nbformat or nbconvert, and papermill from here: sorted
imports would put it first.
"""

from __future__ import annotations

import sys

from typing import Any, cast


cast("dict[str, Any]", sys.modules).setdefault("rfc3987_syntax", None)

# ruff: noqa: E402 - after the line above
import papermill

from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError


__all__ = ["DeadKernelError", "PapermillExecutionError", "papermill"]
