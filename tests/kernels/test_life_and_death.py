"""
Kernels and their server end as they should, are missed, and leave nothing.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from closednet.batch.execute import execute
from closednet.batch.forked import ForkedProcess, Wanted
from closednet.batch.forking import ForkServer
from closednet.batch.kernels import SocketKernelManager
from tests.kernels.notebooks import run, write


if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
SOON_S: Final = 20.0


def gone(pid: int) -> bool:
    """
    Tell whether a process ends within the time that it may take.
    """
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except OSError:
            return True
        if state == "Z" and os.getpid() != int(_parent(pid)):
            return True
        time.sleep(0.02)
    return False


def _parent(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1]


@pytest.fixture(name="server")
def _server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.stop()


async def _fork(
    server: ForkServer, *arguments: str, env: Mapping[str, str] = os.environ
) -> ForkedProcess:
    command = [sys.executable, "-m", "ipykernel_launcher", *arguments]
    null = os.open(os.devnull, os.O_RDWR)
    try:
        wanted = Wanted(command, env, "/", (null, null, null))
        kernel = await server.fork(wanted)
    finally:
        os.close(null)
    assert kernel is not None
    return kernel


@asynccontextmanager
async def _kernel() -> AsyncIterator[tuple[SocketKernelManager, Any]]:
    manager = SocketKernelManager()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()


def test_an_interrupt_ends_the_cell_and_not_the_kernel() -> None:
    """
    As with the stop button; the next cell runs in the same kernel.
    """

    async def interrupted() -> list[str]:
        async with _kernel() as (manager, client):
            asked = client.execute(
                # One long sleep misses a signal that comes just before it begins.
                "import time; print('begun', flush=True)\n"
                "for _ in range(6000): time.sleep(0.01)",
                stop_on_error=False,
            )
            while (await client.get_iopub_msg(timeout=30))["msg_type"] != "stream":
                pass
            await manager.interrupt_kernel()
            first = await client.get_shell_msg(timeout=30)
            assert first["parent_header"]["msg_id"] == asked
            second = await client.execute_interactive("1", timeout=30)
            return [first["content"].get("ename", ""), second["content"]["status"]]

    assert ["KeyboardInterrupt", "ok"] == asyncio.run(interrupted())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_kernel_is_noticed_and_its_notebook_named(
    tmp_path: Path, number: signal.Signals
) -> None:
    """
    Neither waited for until a time-out, nor taken for done.
    """
    model = write(
        tmp_path / "10-killed.ipynb", f"import os; os.kill(os.getpid(), {number})"
    )
    began = time.monotonic()
    outcome = execute(model, tmp_path / "out.ipynb", {}, timeout_s=600)

    assert not outcome.ok
    assert ("10-killed", "DeadKernelError") == (outcome.notebook, outcome.error)
    assert time.monotonic() - began < 60


def test_leaving_a_cell_early_is_not_success(tmp_path: Path) -> None:
    """
    papermill would call this notebook completed.
    """
    model = write(tmp_path / "10-left.ipynb", "import sys; sys.exit(0)", "print(1)")
    outcome = execute(model, tmp_path / "out.ipynb", {}, timeout_s=60)

    assert "NotExecuted" == outcome.error


def test_how_a_kernel_ended_is_told(server: ForkServer) -> None:
    """
    By its exit code, or by the signal that ended it; and it is no zombie.
    """

    async def ended() -> list[int | None]:
        codes: list[int | None] = []
        for number in (signal.SIGTERM, signal.SIGKILL):
            kernel = await _fork(server, "--transport=ipc", "--ip=/nonexistent/x")
            codes.append(None if kernel.wait(30) == 1 else kernel.returncode)
            kernel = await _fork(server, "--no-secure")
            codes.append(kernel.poll())
            kernel.send_signal(number)
            codes.append(kernel.wait(30))
            assert gone(kernel.pid)
        return codes

    assert [None, None, -15, None, None, -9] == asyncio.run(ended())


def test_a_killed_server_is_replaced_and_its_kernels_go_on(server: ForkServer) -> None:
    """
    Work in progress does not depend on the server that began it.
    """

    async def survived() -> tuple[int | None, bool]:
        first = await _fork(server, "--no-secure")
        old = server.pid
        assert old is not None
        os.kill(old, signal.SIGKILL)
        assert gone_or_ours(old)
        second = await _fork(server, "--no-secure")
        alive = (first.poll(), second.poll())
        assert second.pid != first.pid
        assert server.pid != old
        first.kill()
        second.kill()
        second.wait(30)
        code = first.wait(30)
        assert alive == (None, None)
        return code, gone(first.pid)

    # Nobody is left who knows the signal: it counts as failed.
    assert (1, True) == asyncio.run(survived())


def gone_or_ours(pid: int) -> bool:
    """
    Tell whether a child of this process has ended, reaped or not.
    """
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_threads_that_ask_at_once_share_one_server(server: ForkServer) -> None:
    """
    A batch may run several notebooks side by side.
    """

    def one(_: int) -> tuple[int, int | None]:
        kernel = asyncio.run(_fork(server))
        kernel.kill()
        kernel.wait(30)
        return kernel.pid, server.pid

    with ThreadPoolExecutor(4) as threads:
        pids, servers = zip(*threads.map(one, range(8)), strict=True)

    assert 8 == len(set(pids))
    assert 1 == len(set(servers))


FAMILY = """
import os
from tests.kernels.notebooks import run
from closednet.batch.forking import SHARED

SHARED.prepare()
if child := os.fork():
    os.waitpid(child, 0)
for line in (SHARED.pid, *run("import os; print(os.getppid())")):
    print(str(line).strip(), flush=True)
"""


def test_a_process_and_its_forks_share_one_server() -> None:
    """
    Both ask it for a kernel, and the child's end takes it from nobody.
    """
    command = [sys.executable, "-c", FAMILY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    first, *others = done.stdout.split()
    assert [first] * 3 == others


def test_a_server_that_cannot_start_is_done_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    Kernels are then started one by one, as anywhere else.
    """
    lost = ForkServer((sys.executable, "-m", "closednet.batch.no_such_module"))
    monkeypatch.setattr("closednet.batch.provisioner.SHARED", lost)
    try:
        assert [f"{os.getpid()}\n"] == run("import os; print(os.getppid())")
    finally:
        lost.stop()


def test_edited_code_is_read_by_the_next_kernel(
    server: ForkServer, tmp_path: Path
) -> None:
    """
    A server that has loaded older code refuses, and a new one takes its place.
    """
    edited = tmp_path / "sitecustomize.py"
    edited.write_text("")
    env = os.environ | {"PYTHONPATH": os.fspath(tmp_path)}

    async def servers() -> list[int | None]:
        found = []
        for text in ("", "", "edited = 1\n"):
            if text:
                edited.write_text(text)
            kernel = await _fork(server, env=env)
            found.append(server.pid)
            kernel.kill()
            kernel.wait(30)
        return found

    first, second, third = asyncio.run(servers())
    assert first == second
    assert second != third


CLIENT = """
import asyncio, os, sys, time
from closednet.batch import forking
from closednet.batch.kernels import SocketKernelManager

async def main():
    manager = SocketKernelManager()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    print(forking.SHARED.pid, manager.provisioner.pid, flush=True)
    if sys.argv[1] == "stay":
        client.execute("while True: pass")
        time.sleep(600)
    client.stop_channels()
    if sys.argv[1] == "shut down":
        await manager.shutdown_kernel()

asyncio.run(main())
"""


@pytest.mark.parametrize("way", ["shut down", "forget"])
def test_nothing_is_left_of_a_process_that_used_kernels(
    way: str, tmp_path: Path
) -> None:
    """
    No process, even where a kernel was never shut down, and no file.
    """
    command = [sys.executable, "-c", CLIENT, way]
    env = os.environ | {"TMPDIR": os.fspath(tmp_path)}
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert all(gone(int(pid)) for pid in done.stdout.split())
    assert way == "forget" or [] == list(tmp_path.iterdir())


def test_server_and_kernels_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """
    Even while a cell is running.
    """
    command = [sys.executable, "-c", CLIENT, "stay"]
    env = os.environ | {"TMPDIR": os.fspath(tmp_path)}
    with subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout is not None
        pids = client.stdout.readline().split()
        client.kill()

    assert 2 == len(pids)
    assert all(gone(int(pid)) for pid in pids)
