"""
Servers to try scripts on, and a recorder that keeps what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.hosts.worlds import Site


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.model.canonical import Json


class Kept:
    """
    Keeps every event in a list.
    """

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Json]]] = []

    def record(self, kind: str, **data: Json) -> None:
        """
        Keep the event.
        """
        self.events.append((kind, data))


@pytest.fixture(name="recorder")
def _recorder() -> Kept:
    return Kept()


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Site:
    return Site(tmp_path)
