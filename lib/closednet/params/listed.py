"""
What came out of an inventory file: servers with their lines, and problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE: Final = "inventory.file"


@dataclass(frozen=True, slots=True)
class Listed:
    """
    One server as the file has it: fields of `hosts`, and where they stand.
    """

    line: int
    members: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """
    What came out of a file, and what was wrong with it.
    """

    file: str
    hosts: list[Listed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, message: str, line: int | None = None) -> None:
        """
        Put a problem on the list.
        """
        self.problems.append(Problem(f"{PLACE} {self.file}", message, line))

    def place(self, index: int, path: Iterable[str | int]) -> tuple[str, int]:
        """
        Return where a field of the server `index` stands: what to name, which line.
        """
        rest = ".".join(map(str, path))
        name = self.hosts[index].members.get("name", "?")
        return f"{self.file} {name}.{rest}".rstrip("."), self.hosts[index].line
