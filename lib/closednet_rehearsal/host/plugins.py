"""
What the agent's plug-ins do: run a script, install a package, update the agent.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet_rehearsal.host import package_plugins


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.documents import Work
    from closednet_rehearsal.host.session import Session

SCRIPT_TIMEOUT_S: Final = 3600.0
CANCELLED: Final = -2
CANNOT_RUN: Final = 126
SCRIPTS: Final = "/var/lib/amazon/"
TICK_S: Final = 0.05

# A script that another thread's child still holds open cannot be executed.
SPAWNING: Final = threading.Lock()


class Result(NamedTuple):
    """
    How a step ended.
    """

    status: str
    code: int
    stdout: str = ""
    stderr: str = ""


class Job(NamedTuple):
    """
    A step on its way: where its files go, and whether it was called off.
    """

    session: Session
    folder: Path
    cancelled: threading.Event


def run(job: Job, work: Work) -> Result:
    """
    Do one step.
    """
    if not work.applies:
        text = "Step execution skipped due to unsatisfied preconditions"
        return Result("Skipped", 0, f"{text}: platformType. Step name: {work.key}")
    match work.plugin:
        case "aws:runShellScript":
            return _run_script(job, work.inputs)
        case "aws:configurePackage":
            return Result(*package_plugins.configure(job.session, work.inputs))
        case "aws:updateSsmAgent" | "aws:updateAgent":
            return Result(*package_plugins.update_agent(job.session, work.inputs))
        case _:
            text = f"Plugin with name {work.plugin} is not supported on Linux"
            return Result("Failed", 1, "", f"{text} (rehearsal)")


def _run_script(job: Job, inputs: dict[str, Any]) -> Result:
    if _is_noexec(job.session.machine.root):
        text = f"sh: 1: {job.folder}/_script.sh: Permission denied"
        return Result(
            "Failed", CANNOT_RUN, "", f"{text}\nfailed to run commands: exit status 126"
        )
    lines = inputs.get("runCommand", [])
    text = lines if isinstance(lines, str) else "\n".join(map(str, lines))
    script = job.folder / "_script.sh"
    job.folder.mkdir(parents=True, exist_ok=True)
    timeout = float(inputs.get("timeoutSeconds") or SCRIPT_TIMEOUT_S)
    identity, machine = job.session.identity, job.session.machine
    environment = machine.environment() | {
        "AWS_SSM_INSTANCE_ID": identity.node_id,
        "AWS_SSM_REGION_NAME": identity.region,
    }
    out, err = job.folder / "stdout", job.folder / "stderr"
    directory = inputs.get("workingDirectory") or os.fspath(machine.root / "usr/bin")
    try:
        with SPAWNING, out.open("wb") as stdout, err.open("wb") as stderr:
            script.write_text(f"{text}\n")
            script.chmod(0o700)
            process = subprocess.Popen(  # noqa: S603 - the command that was sent
                ["/bin/sh", "-c", shlex.quote(os.fspath(script))],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=directory,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        return Result("Failed", 1, "", f"failed to run commands: {error}")
    status, code = _wait(process, timeout, job.cancelled)
    return Result(status, code, _read(out), _read(err) + _verdict(status, code))


def _is_noexec(root: Path) -> bool:
    """
    Tell whether nothing may be run from where the agent puts its scripts.
    """
    file = root / "proc/mounts"
    lines = file.read_text().splitlines() if file.is_file() else []
    rows = [line.split() for line in lines]
    above = [r for r in rows if SCRIPTS.startswith(f"{r[1].rstrip('/')}/")]
    options = max(above, key=lambda row: len(row[1]), default=["", "", "", ""])[3]
    return "noexec" in options.split(",")


def _wait(
    process: subprocess.Popen[bytes], timeout_s: float, cancelled: threading.Event
) -> tuple[str, int]:
    deadline = time.monotonic() + timeout_s
    pause = 0.002
    while process.poll() is None:
        if cancelled.is_set() or time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return ("Cancelled" if cancelled.is_set() else "TimedOut"), CANCELLED
        time.sleep(pause)
        pause = min(pause * 1.5, TICK_S)
    return ("Success" if process.returncode == 0 else "Failed"), process.returncode


def _verdict(status: str, code: int) -> str:
    return f"failed to run commands: exit status {code}" if status == "Failed" else ""


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")
