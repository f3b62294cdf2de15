"""
The stand-in SSM Agent: a daemon that waits for a registration, then works.
"""

from __future__ import annotations

import os
import signal

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import registration
from closednet_rehearsal.host.agent_log import AgentLog
from closednet_rehearsal.host.packages import installed


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine
    from closednet_rehearsal.host.registration import Identity

RESTART_S: Final = 90.0


def main(machine: Machine, _: str, __: list[str]) -> int:
    """
    Run until the service manager ends it.
    """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    log = AgentLog(machine)
    package = installed(machine, "amazon-ssm-agent")
    version = package.version if package else ""
    log.note(f"amazon-ssm-agent - v{version} (rehearsal stand-in)")
    identity = _identity(machine, log)
    # An agent that only waits must cost next to nothing.
    from closednet_rehearsal.host.agent_work import Agent  # noqa: PLC0415
    from closednet_rehearsal.host.session import Session  # noqa: PLC0415

    Agent(machine, Session(machine, identity, version), log).run()
    return 0


def _identity(machine: Machine, log: AgentLog) -> Identity:
    identity = registration.load(machine)
    while identity is None:
        log.problem("Failed to find agent identity: not registered")
        # systemd would start the real agent again.
        machine.pause(RESTART_S)
        identity = registration.load(machine)
    log.note(f"[identity] OnPrem {identity.node_id} in {identity.region}")
    return identity
