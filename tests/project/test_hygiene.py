"""
What no file of the project may contain.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.project.files import ROOT, texts


# Where this checkout lies; a single name under / is a path of many machines.
HERE = [rf"{re.escape(str(ROOT))}(?![\w-])"] if len(ROOT.parts) > 2 else []
# Written so that this file does not contain what it looks for.
FORBIDDEN = {
    "a registry's address": r"(?:pypi|pythonhosted|conda\.anaconda)[.](?:org|io)",
    "an index option": r"--(?:extra-)?index[-]url",
    "a path of one machine": "|".join([*HERE, r"/home/[a-z]+/"]),
    "an access key": r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE[ ]KEY-----",
    "a note to ourselves": r"\b(?:TO[D]O|FIX[M]E|X{3})\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{name}: {match.group()}"
        for name, text in texts().items()
        if name != "requirements.lock"
        for match in pattern.finditer(text)
    ]

    assert [] == found


def test_model_notebooks_carry_no_outputs() -> None:
    carrying = [
        notebook.name
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]
        if cell.get("outputs") or cell.get("execution_count") is not None
    ]

    assert [] == carrying


def test_text_files_end_with_a_newline() -> None:
    assert [] == [
        name
        for name, text in texts().items()
        if text and not text.endswith("\n") and "recorded/" not in name
    ]


def test_the_code_of_the_project_is_tracked() -> None:
    """An ignored folder would be missing in every clone."""
    ignored = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "lib").rglob("*.py"))
        if str(path.relative_to(ROOT)) not in texts()
    ]

    assert [] == ignored
