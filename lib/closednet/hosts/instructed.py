"""
Servers by hand: each script becomes a command with the script in it.
"""

from __future__ import annotations

import shlex
import time

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet.errors import HandsNeededError, HostError
from closednet.hosts.connector import Fleet
from closednet.hosts.results import CommandResult, failure
from closednet.model.desk import Desk, key_of
from closednet.redact import PLACEHOLDER


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.hosts.results import Results
    from closednet.hosts.scripts import Script
    from closednet.params.site import Host
    from closednet.redact import Secret

END: Final = "END_OF_CLOSEDNET_SCRIPT"
# Scripts that only look; all others change something on the server.
READS: Final = ("facts", "health", "reach")


@dataclass(frozen=True, slots=True)
class FleetByHand(Fleet):
    """
    Servers on which people run the scripts.
    """

    desk: Desk = field(default_factory=Desk)

    def run(
        self, script: Script, host: Host, secrets: Mapping[str, Secret] | None = None
    ) -> CommandResult:
        """
        Return what a person was told by `host`.

        Raises:
            HostError: It was not reached, or the script ended with an error.
            HandsNeededError: A person has to run it first.
        """
        lines = [f"{k}={shlex.quote(s.reveal())}\n" for k, s in (secrets or {}).items()]
        text = "".join(lines) + script.text
        key = key_of("host", host.name, script.name, text)
        writes = script.name not in READS
        answer = self.desk.ask(key, self._told(text, host), writes=writes)
        if answer is None:
            # What a server did not say yet cannot be judged.
            raise HandsNeededError(f"{host.name} waits for {script.name}")
        result = CommandResult(
            host.name, answer.exit_code, answer.output, "", ended_at=time.time()
        )
        if result.exit_code:
            raise failure(script.name, result)
        return result

    def run_each(
        self,
        scripts: Mapping[str, Script],
        secrets: Mapping[str, Secret] | None = None,
        max_errors: int | None = None,
    ) -> Results:
        """
        Ask for every server at once, then go on as far as there are answers.
        """
        results: Results = {}
        waiting: HandsNeededError | None = None
        for host in self.hosts:
            if host.name not in scripts:
                continue
            try:
                results[host.name] = self.run(scripts[host.name], host, secrets)
            except HostError as err:
                results[host.name] = err
            except HandsNeededError as err:
                waiting = err
        if waiting is not None:
            raise waiting
        return results

    def _told(self, text: str, host: Host) -> str:
        shell = "/bin/sh -s" if host.user == "root" else "sudo -n -- /bin/sh -s"
        target = f"{host.user}@{host.address}"
        ssh = shlex.join([*self.connection.ssh_command, target, shell])
        if PLACEHOLDER in text:
            return f"fill <<'{END}' | {ssh} 2>&1\n{text}\n{END}"
        return f"{ssh} 2>&1 <<'{END}'\n{text}\n{END}"
