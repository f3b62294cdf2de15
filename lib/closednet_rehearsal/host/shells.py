"""
Becoming the program that another process's shell wanted to run.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
import traceback

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from closednet_rehearsal.host.machine import FOLDER_VARIABLE, FORKED


if TYPE_CHECKING:
    from collections.abc import Callable

# What a fork answers that may not take over the shell's open files.
CANNOT: Final = 253
PIDFD_OPEN: Final = 434
PIDFD_GETFD: Final = 438
SHELLS_OWN: Final = 10
BROKEN_PIPE: Final = 141
KNOCKING_S: Final = 10.0
PAUSE_S: Final = 0.001


class Shell(NamedTuple):
    """
    What a process that wants a program looks like from outside.
    """

    pid: int
    arguments: list[str]
    environment: dict[str, str]
    folder: str
    umask: int

    @property
    def host(self) -> Path:
        """
        The simulated server that it runs in.
        """
        return Path(self.environment[FOLDER_VARIABLE])


def look_at(pid: int) -> Shell:
    """
    Return what a process looks like: `/bin/sh SCRIPT ARGUMENTS`.

    Raises:
        OSError: It is not there any more.
    """
    proc = Path(f"/proc/{pid}")
    words = (proc / "cmdline").read_bytes().split(b"\0")[2:-1]
    pairs = (p.partition(b"=") for p in (proc / "environ").read_bytes().split(b"\0"))
    status = (proc / "status").read_text()
    return Shell(
        pid,
        [os.fsdecode(word) for word in words],
        {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs if name},
        os.fspath((proc / "cwd").readlink()),
        int(status.partition("Umask:")[2].split()[0], 8),
    )


def become(
    shell: Shell, main: Callable[[list[str]], int], door: os.stat_result
) -> NoReturn:
    """
    Run `main` in the place of a shell, and end with its exit code.
    """
    code = 1
    try:
        _wait_until_put_back(shell, door)
        if not _take_files(shell):
            os._exit(CANNOT)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.umask(shell.umask)
        os.chdir(shell.folder)
        os.environ.clear()
        os.environ.update(shell.environment)
        os.environ[FORKED] = "1"
        code = main(shell.arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - the fork must end here, whatever happens
        traceback.print_exc()
    finally:
        os._exit(code)


def _wait_until_put_back(shell: Shell, door: os.stat_result) -> None:
    """
    Wait while the door stands in the place of the shell's output, as it knocks.
    """
    output = Path(f"/proc/{shell.pid}/fd/1")
    until = time.monotonic() + KNOCKING_S
    with contextlib.suppress(OSError):  # a shell may have closed its output
        while os.path.samestat(output.stat(), door) and time.monotonic() < until:
            time.sleep(PAUSE_S)


def _take_files(shell: Shell) -> bool:
    """
    Put the shell's open files in the place of ours, under the same numbers.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    process = libc.syscall(PIDFD_OPEN, shell.pid, 0)
    if process < 0:
        return False
    numbers = (int(file.name) for file in Path(f"/proc/{shell.pid}/fd").iterdir())
    files = sorted(number for number in numbers if number < SHELLS_OWN)
    taken = {n: libc.syscall(PIDFD_GETFD, process, n, 0) for n in files}
    if any(copy < 0 for copy in taken.values()):
        return False
    for number, copy in taken.items():
        # Those that were taken must not be in the way of each other.
        taken[number] = os.dup2(copy, copy + 64)
    for number, copy in taken.items():
        os.dup2(copy, number)
    os.closerange(SHELLS_OWN, 256)
    return True
