"""
How a refused call looks to its caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from botocore.exceptions import ClientError


if TYPE_CHECKING:
    from collections.abc import Callable


def refusal(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """
    Return the code and message with which a call is refused.
    """
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
