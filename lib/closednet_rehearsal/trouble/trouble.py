"""
What a trouble is, and what it can lay its hands on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.fleet import Fleet
    from closednet_rehearsal.world import World

Undo = Callable[[], object]


@dataclass(slots=True)
class Scene:
    """
    A running rehearsal, as far as a trouble can break it.

    AWS's state is moto's (`ec2_backends[...]`), to be touched under `world.lock`;
    `world.site` is the network between site and VPC with the site's DNS servers.
    """

    world: World
    work_dir: Path
    fleet: Fleet

    def host(self, name: str) -> Path:
        """
        Return a server's folder: `root` is its file system.
        """
        return self.fleet.folder(name)

    @property
    def hosts(self) -> tuple[str, ...]:
        """
        The names of the servers.
        """
        folder = self.work_dir / "hosts"
        return (
            tuple(sorted(p.name for p in folder.iterdir())) if folder.is_dir() else ()
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    A named fault.

    Args:
        what: One sentence, as people on site would say it.
        step: The step that must stop (a name of `closednet.registry`).
        cause: The id that closednet must name (`closednet.model.causes`).
        strike: Break it, and return how to mend it; None: it is not there yet.
        begin: The step before which it is switched on; `step` where not said.
        symptoms: Causes that may be named beside, because they do follow from it.
    """

    name: str
    what: str
    step: str
    cause: str
    strike: Callable[[Scene], Undo | None] = field(repr=False)
    begin: str = ""
    symptoms: frozenset[str] = frozenset()

    @property
    def begins(self) -> str:
        """
        The step before which it is switched on.
        """
        return self.begin or self.step
