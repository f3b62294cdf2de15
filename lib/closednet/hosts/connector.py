"""
The connector: a script goes to a server over the system's OpenSSH client.

Keys, jump hosts and Kerberos are OpenSSH's business. The script travels on
standard input, so that neither it nor a secret stands in a process list.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.errors import HostError
from closednet.hosts.become import root_on
from closednet.hosts.results import (
    NOT_STARTED,
    CommandResult,
    Results,
    endless,
    failure,
)
from closednet.recorder import NullRecorder
from closednet.redact import redact


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.scripts import Script
    from closednet.params.connection import Connection
    from closednet.params.site import Host
    from closednet.recorder import Recorder
    from closednet.redact import Secret


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The servers of a site as far as this machine reaches them.
    """

    hosts: tuple[Host, ...]
    connection: Connection
    recorder: Recorder = field(default_factory=NullRecorder)
    max_concurrency: int = 10

    def run(
        self, script: Script, host: Host, secrets: Mapping[str, Secret] | None = None
    ) -> CommandResult:
        """
        Run `script` on `host`; secrets become shell variables of the script.

        Raises:
            HostError: The server could not be reached.
            CommandFailed: The script ended with an error.
        """
        lines = [f"{k}={shlex.quote(s.reveal())}\n" for k, s in (secrets or {}).items()]
        result = self._call("".join(lines) + script.text, host, script.timeout_s)
        self._record(script, result)
        if result.exit_code:
            raise failure(script.name, result)
        return result

    def run_all(
        self,
        script: Script,
        hosts: Iterable[Host],
        secrets: Mapping[str, Secret] | None = None,
        max_errors: int | None = None,
    ) -> Results:
        """
        Run one script on many servers; see `run_each`.
        """
        scripts = {host.name: script for host in hosts}
        return self.run_each(scripts, secrets, max_errors)

    def run_each(
        self,
        scripts: Mapping[str, Script],
        secrets: Mapping[str, Secret] | None = None,
        max_errors: int | None = None,
    ) -> Results:
        """
        Run each server's script, several at a time, and return every result.

        With an error budget the first server goes alone, as a canary, and once
        more than `max_errors` failed no further server is started.
        """
        chosen = [host for host in self.hosts if host.name in scripts]
        results: Results = {}
        failed: list[str] = []

        def visit(host: Host) -> None:
            if max_errors is not None and len(failed) > max_errors:
                results[host.name] = HostError(
                    f"{host.name}: {NOT_STARTED} {len(failed)} servers failed",
                    host=host.name,
                )
                return
            try:
                results[host.name] = self.run(scripts[host.name], host, secrets)
            except HostError as err:
                failed.append(host.name)
                results[host.name] = err

        canaries = chosen[:1] if max_errors is not None else []
        for host in canaries:
            visit(host)
        with ThreadPoolExecutor(self.max_concurrency) as pool:
            list(pool.map(visit, chosen[len(canaries) :]))
        return {host.name: results[host.name] for host in chosen}

    def _record(self, script: Script, result: CommandResult) -> None:
        self.recorder.record(
            "host-transcript",
            host=result.host,
            script=script.name,
            sent=redact(script.text),
            exit_code=result.exit_code,
            stdout=result.stdout,
            stderr=result.stderr,
            duration_ms=round(result.duration_s * 1000),
        )

    def _call(self, text: str, host: Host, timeout_s: float) -> CommandResult:
        way = root_on(host, self.connection)
        target = f"{host.user}@{host.address}"
        start = time.monotonic()
        try:
            with subprocess.Popen(  # noqa: S603 - the prefix is the operator's own
                [*self.connection.ssh_command, target, way.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            ) as process:
                text = way.before + text
                out, words = _talk(process, text.encode(), timeout_s)
        except OSError as err:
            raise HostError(
                f"{host.name}: {self.connection.ssh_command[0]} does not start:"
                f" {err.strerror}",
                host=host.name,
                hint="install the OpenSSH client, or mend connection.ssh_command",
            ) from err
        except subprocess.TimeoutExpired as err:
            raise endless(host.name, timeout_s) from err
        spent = time.monotonic() - start
        code = process.returncode
        now = time.time()
        return CommandResult(host.name, code, _text(out), _text(words), spent, now)


def _talk(
    process: subprocess.Popen[bytes], text: bytes, timeout_s: float
) -> tuple[bytes, bytes]:
    try:
        return process.communicate(text, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        # The client may have children (a jump host's proxy): end its session.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise


def _text(output: bytes) -> str:
    return redact(output.decode(errors="replace"))
