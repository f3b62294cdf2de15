"""
The server of the simulated AWS costs nothing while nobody asks.
"""

from __future__ import annotations

import time

import pytest

from closednet_rehearsal.server import LOOK_UP_S, prepare, start_server


pytestmark = pytest.mark.rehearsal


def test_its_loop_sleeps_and_still_stops_at_once() -> None:
    """
    It waits for events instead of spinning, and ends when it is told to.
    """
    assert LOOK_UP_S >= 1
    server = start_server()
    before = time.monotonic()

    server.stop()

    assert time.monotonic() - before < LOOK_UP_S / 2
    assert not server.thread.is_alive()


def test_a_world_can_be_paused_and_served_again() -> None:
    """
    Only `stop` forgets what was made.
    """
    services = prepare()
    services.serve().pause()
    second = services.serve()

    answering = second.thread.is_alive()
    second.stop()

    assert answering
    assert second.world is services.world
