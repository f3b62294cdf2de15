"""
The server of the simulated AWS costs nothing while nobody asks.
"""

from __future__ import annotations

import pytest

from closednet_rehearsal.server import start_server


pytestmark = pytest.mark.rehearsal


def test_the_loop_sleeps_and_still_stops_at_once() -> None:
    """
    Its loop waits for events instead of spinning, and ends when it is told to.
    """
    server = start_server()
    pause = server.listener.adj.asyncore_loop_timeout

    server.stop()

    assert pause >= 1
    assert not server.thread.is_alive()
