"""
What tests expect of the service's refusals.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from botocore.exceptions import ClientError


if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def refused(code: str, text: str = "") -> Iterator[None]:
    """
    Expect a refusal with a code and some text; every text says what this is.
    """
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]

    assert code == error["Code"]
    assert text in error["Message"]
    assert "(rehearsal)" in error["Message"]
