"""
Keeps one needless import out of every process that reads notebooks.

`rfc3987_syntax` builds 35 parsers when it is imported, 1.4 s of CPU time, for a
check of addresses that no notebook needs; jsonschema does without it.
Import this module before nbformat, papermill or nbconvert.
"""

from __future__ import annotations

import sys

from typing import Any, cast


cast("dict[str, Any]", sys.modules).setdefault("rfc3987_syntax", None)
