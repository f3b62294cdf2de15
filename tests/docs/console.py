"""
Console blocks of documents: commands behind `$ `, and what they print.
"""

from __future__ import annotations

import re

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from pathlib import Path

BLOCK: Final = re.compile(r"^( *)```console\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PROMPT: Final = "$ "
WORDS: Final = {r"\.\.\.": ".*", "RUN_ID": r"\S+", "DIGEST": "[0-9a-f]{20}"}


@dataclass(slots=True)
class Command:
    """
    A command and the lines that a document shows under it.
    """

    text: str
    shown: list[str] = field(default_factory=list)

    def missing_from(self, output: str) -> list[str]:
        """
        Return the shown lines that `output` lacks; `...` stands for anything.
        """
        printed = [line.strip() for line in output.splitlines()]
        return [
            line
            for line in self.shown
            if not any(re.fullmatch(_pattern(line), one) for one in printed)
        ]


def commands(document: Path) -> list[Command]:
    """
    Return the commands of all console blocks in their order.
    """
    found: list[Command] = []
    for _, block in BLOCK.findall(document.read_text("utf-8")):
        for line in block.splitlines():
            text = line.strip()
            if text.startswith(PROMPT):
                found.append(Command(text.removeprefix(PROMPT)))
            elif text != "...":
                found[-1].shown.append(text)
    return found


def _pattern(line: str) -> str:
    pattern = re.escape(line)
    for word, meaning in WORDS.items():
        pattern = pattern.replace(
            re.escape("...") if word == r"\.\.\." else word, meaning
        )
    return re.sub(r"(\\ )+", r"\\s+", pattern)
