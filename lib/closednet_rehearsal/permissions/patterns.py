"""
Wildcards and variables as IAM reads them.
"""

from __future__ import annotations

import re

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias


Context: TypeAlias = Callable[[str], "tuple[str, ...] | None"]
"""
Returns the values of a condition key, named in lower case; None: not in the request.
"""

_VARIABLE: Final = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)'\s*)?\}")
# Stars and question marks that come out of a variable are plain characters.
_PLAIN: Final = {"*": "\x01", "?": "\x02", "$": "$"}
_REGEX: Final = {"*": ".*", "?": ".", "\x01": r"\*", "\x02": r"\?"}
_ARN_PARTS: Final = 6


def no_context(_: str) -> None:
    """
    Return nothing: the context of a request that says nothing about itself.
    """


def is_like(pattern: str, text: str) -> bool:
    """
    Tell whether `text` is what a pattern with `*` and `?` describes.
    """
    return _compiled(pattern).fullmatch(text) is not None


def is_arn_like(pattern: str, arn: str) -> bool:
    """
    Compare ARNs part by part: a star does not reach over the first five colons.
    """
    if pattern == "*":
        return True
    wanted, parts = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(parts) == _ARN_PARTS and all(map(is_like, wanted, parts))


def expanded(pattern: str, context: Context) -> str | None:
    """
    Return a pattern with its `${variables}` filled in; None if one has no value.
    """
    if "${" not in pattern:
        return pattern
    missing = False

    def fill(found: re.Match[str]) -> str:
        nonlocal missing
        key, default = found[1].strip(), found[2]
        if key in _PLAIN:
            return _PLAIN[key]
        values = context(key.lower()) or (() if default is None else (default,))
        # A key with several values cannot stand for one text.
        missing = missing or len(values) != 1
        return "".join(values).replace("*", "\x01").replace("?", "\x02")

    filled = _VARIABLE.sub(fill, pattern)
    return None if missing else filled


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Neighbouring stars say what one says, and cost the engine dearly.
    single = re.sub(r"\*+", "*", pattern)
    return re.compile("".join(_REGEX.get(c) or re.escape(c) for c in single), re.DOTALL)
