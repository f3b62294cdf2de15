"""
Spares these tests what no notebook needs.
"""

from __future__ import annotations

import signal

from importlib import import_module
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from collections.abc import Iterator

# Before any module here imports nbformat.
import_module("closednet.batch.light")


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """
    A shell lets what it starts in the background ignore Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
