"""
What the stand-in SSM Agent does once its server is registered.
"""

from __future__ import annotations

import threading
import time

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host.aws import ServiceError
from closednet_rehearsal.host.commands import Commands
from closednet_rehearsal.host.message_channels import Polled
from closednet_rehearsal.host.session import SharingError
from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    from closednet_rehearsal.host.agent_log import AgentLog
    from closednet_rehearsal.host.machine import Machine
    from closednet_rehearsal.host.session import Session

HEALTH_S: Final = 300.0
LONG_SLEEP_S: Final = 1500.0
LONGEST_RETRY_S: Final = 120.0
EMPTY_PAUSE_S: Final = 2.0
PATIENCE: Final = 10
GIVE_UP_S: Final = 900.0
TICK_S: Final = 1.0
KEEP_S: Final = 54.0
DENIED: Final = frozenset({"AccessDeniedException", "MachineFingerprintDoesNotMatch"})
STALE: Final = frozenset({"ExpiredTokenException", "UnrecognizedClientException"})


class Agent:
    """
    Speaks the real agent's protocol for one managed node.
    """

    def __init__(self, machine: Machine, session: Session, log: AgentLog) -> None:
        self._machine = machine
        self._working = session
        self._log = log

    def run(self) -> None:
        """
        Get credentials, ping, and take commands, for ever.
        """
        session = self._working
        self._renew(session)
        self._until_accepted(session)
        self._connect(session)
        threading.Thread(target=self._keep_alive, args=(session,), daemon=True).start()
        self._take_commands(session)

    def _renew(self, session: Session) -> None:
        attempt = 0
        while True:
            try:
                session.renew()
            except (ServiceError, SharingError, Unreachable) as error:
                attempt += 1
                self._log.problem(f"[CredentialRefresher] {error}")
                self._machine.pause(_retry_after(error, attempt))
            else:
                self._log.note("[CredentialRefresher] credentials are ready")
                return

    def _until_accepted(self, session: Session) -> None:
        hibernation = HEALTH_S
        while True:
            try:
                session.ping(full=False)
                session.ping(full=True)
            except (ServiceError, Unreachable) as error:
                self._log.problem(f"Entering SSM Agent hibernate - {error}")
                self._machine.pause(hibernation)
                hibernation = min(2 * hibernation, 12 * HEALTH_S)
                self._mend(session, error)
            else:
                return

    def _connect(self, session: Session) -> None:
        before, channel = session.channel, session.open_channel()
        if channel != before:
            self._log.note(f"[MessageService] commands come over {channel}")

    def _keep_alive(self, session: Session) -> None:
        pinged = held = time.monotonic()
        while True:
            time.sleep(min(TICK_S, HEALTH_S / self._machine.speed))
            if time.time() >= session.renew_at:
                self._renew(session)
            if time.monotonic() - held >= KEEP_S:
                held = time.monotonic()
                self._hold(session)
            if time.monotonic() - pinged >= HEALTH_S / self._machine.speed:
                pinged = time.monotonic()
                try:
                    session.ping(full=True)
                except (ServiceError, Unreachable) as error:
                    self._log.problem(f"[HealthCheck] {error}")
                    self._mend(session, error)

    def _take_commands(self, session: Session) -> None:
        commands = Commands(session, self._log)
        failures = 0
        while True:
            try:
                messages = self._next(session)
            except (ServiceError, Unreachable) as error:
                failures += 1
                self._log.problem(f"[MessageService] {error}")
                self._mend(session, error)
                self._machine.pause(_after_failure(failures))
                self._connect(session)
                continue
            failures = 0
            for message in messages:
                self._accept(commands, message)
            if not messages and session.channel == Polled.name:
                self._machine.pause(EMPTY_PAUSE_S)
            if session.may_retry():
                self._connect(session)

    def _next(self, session: Session) -> list[dict[str, Any]]:
        return [] if session.road is None else session.road.take()

    def _hold(self, session: Session) -> None:
        try:
            if session.road is not None:
                session.road.keep()
        except Unreachable as error:
            self._log.problem(f"[MGSInteractor] {error}")

    def _accept(self, commands: Commands, message: dict[str, Any]) -> None:
        try:
            commands.accept(message)
        except (KeyError, ValueError) as error:
            self._log.problem(f"[MessageService] message not understood: {error!r}")

    def _mend(self, session: Session, error: Exception) -> None:
        if isinstance(error, ServiceError) and error.code in STALE:
            self._renew(session)


def _retry_after(error: Exception, attempt: int) -> float:
    if isinstance(error, ServiceError) and error.code in DENIED:
        return LONG_SLEEP_S
    longest: float = min(2.0**attempt, LONGEST_RETRY_S)
    return longest


def _after_failure(failures: int) -> float:
    if failures % PATIENCE == 0:
        return GIVE_UP_S
    longest: float = min(2.0**failures, LONGEST_RETRY_S)
    return longest
