"""
Parameters of sites that nobody calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "params/rehearsal.yaml").read_text("utf-8")
KEY = "rehearsal-signing-key.asc"


@pytest.fixture(name="describe")
def _describe(tmp_path: Path) -> Callable[..., Path]:
    folder = tmp_path / "sites"
    folder.mkdir()
    (folder / KEY).write_bytes((ROOT / "params" / KEY).read_bytes())
    (folder / "connection.yaml").write_text("simulated: true\n")

    def describe(site: str, *changes: tuple[str, str], name: str = "") -> Path:
        text = TEXT.replace("tokyo-dc1", site).replace(
            "../.rehearsal/connection.yaml", "connection.yaml"
        )
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = folder / f"{name or site}.yaml"
        path.write_text(text, "utf-8")
        return path

    return describe
