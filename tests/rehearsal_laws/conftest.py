"""
One rollout, kept at every moment between two steps, for all tests of a process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.chaos.rollout import rollout


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.chaos.rollout import Rollout


@pytest.fixture(name="grown", scope="session")
def _grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    with rollout(tmp_path_factory.mktemp("laws") / "rollout", hosts=1) as grown:
        yield grown
