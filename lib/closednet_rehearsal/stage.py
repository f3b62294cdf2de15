"""
The one world that the simulated AWS services of this process belong to.

moto builds its backends by itself, so they cannot be handed a world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet_rehearsal.world import World


_SET: list[World] = []


def set_world(world: World) -> None:
    """
    Make `world` the one that the services of this process act in.
    """
    _SET[:] = [world]


def world() -> World:
    """
    Return the world that the services of this process act in.
    """
    return _SET[0]
