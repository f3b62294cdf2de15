"""
A forked kernel is what Jupyter's own launcher would have started.
"""

from __future__ import annotations

import os
import subprocess
import sys

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pytest

from jupyter_client.provisioning.factory import KernelProvisionerFactory

from closednet.batch import provisioner
from closednet.batch.forking import FOR_JUPYTER, ForkServer, born_with
from closednet.batch.kernels import SocketKernelManager
from tests.kernels.notebooks import OrdinaryKernelManager, run


if TYPE_CHECKING:
    from pathlib import Path

    from jupyter_client.manager import AsyncKernelManager

ABOUT_THE_PROCESS = """
import boto3, locale, os, resource, signal, sys, tempfile, time
show = {
    "leads a session": os.getsid(0) == os.getpid() == os.getpgid(0),
    "argv": (os.path.basename(sys.argv[0]), sys.argv[1:2], sys.argv[3:]),
    "orig_argv": (sys.orig_argv[:4], sys.orig_argv[5:]),
    "path": sys.path,
    "flags": sys.flags,
    "xoptions": sys._xoptions,
    "cwd": os.getcwd(),
    "time zone": time.tzname,
    "temporary": tempfile.gettempdir(),
    "handlers": [str(signal.getsignal(n)) for n in signal.valid_signals()],
    "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
    "encodings": (locale.getlocale(), sys.getfilesystemencoding(), sys.stdout.encoding),
    "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
    "main": __name__,
    "recursion": sys.getrecursionlimit(),
    "hooks": sorted(getattr(each, "__name__", str(type(each))) for each in sys.meta_path),
    "null input": os.read(0, 1),
    "children": open(f"/proc/self/task/{os.getpid()}/children").read(),
}
"""
SHOW = "for each in [*show.items(), *sorted(os.environ.items())]: print(*each)"


def test_everything_about_the_process_is_the_same(tmp_path: Path) -> None:
    """
    Environment, folder, signals, streams, paths: asked in both kinds of kernel.
    """
    env = born_with(os.environ) | {"ASKED_FOR": "1", "TZ": "Asia/Tokyo"}
    ordinary = run(
        ABOUT_THE_PROCESS, SHOW, manager=OrdinaryKernelManager, env=env, cwd=tmp_path
    )
    forked = run(ABOUT_THE_PROCESS, SHOW, env=env, cwd=tmp_path)

    differs = set(ordinary[1].splitlines()) ^ set(forked[1].splitlines())

    assert set() == differs
    assert "ASKED_FOR 1" in forked[1]
    assert "('JST', 'JST')" in forked[1]
    assert os.fspath(tmp_path) in forked[1]


def test_a_module_is_missing_until_it_is_imported() -> None:
    """
    What was imported beforehand is no name of the notebook.
    """
    asked = (
        "print([name for name in ('boto3', 'os', 'closednet') if name in globals()])"
    )

    assert ["[]\n"] == run(asked)


END = """
import atexit, threading, time
class Last:
    def __del__(self): open("finalizer", "w").close()
kept, loop = Last(), Last()
loop.itself = loop
unclosed = open("unclosed", "w")
unclosed.write("all of it")
atexit.register(lambda: open("handler", "w").close())
threading.Timer(0.2, lambda: open("thread", "w").close()).start()
"""


@pytest.mark.parametrize("manager", [SocketKernelManager, OrdinaryKernelManager])
def test_a_kernel_ends_in_good_order(
    manager: type[AsyncKernelManager], tmp_path: Path
) -> None:
    """
    Threads are waited for; handlers and finalizers run, and files are written.
    """
    run(END, manager=manager, cwd=tmp_path)

    assert {"finalizer", "handler", "thread", "unclosed"} == {
        path.name for path in tmp_path.iterdir()
    }
    assert "all of it" == (tmp_path / "unclosed").read_text()


def test_a_variable_that_python_reads_at_its_start_is_obeyed() -> None:
    """
    Such a kernel cannot be forked, so it is started.
    """
    env = os.environ | {"PYTHONHASHSEED": "0"}
    asked = "import os, sys; print(sys.flags.hash_randomization, os.getppid())"

    assert [f"0 {os.getpid()}\n"] == run(asked, env=env)


def test_no_credential_shapes_the_server() -> None:
    """
    Nothing but what the interpreter itself reads is handed to the server.
    """
    env = {
        "AWS_SECRET_ACCESS_KEY": "no",
        "JUPYTER_TOKEN": "no",
        "PYTHONPATH": "/x",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
    }

    assert {"PYTHONPATH", "HOME", "LC_ALL"} == set(born_with(env))


@pytest.mark.parametrize(
    ("command", "kwargs"),
    [
        (["/usr/bin/python3", "-m", "ipykernel_launcher"], {}),
        ([sys.executable, "-X", "dev", "-m", "ipykernel_launcher"], {}),
        (["R", "--slave", "-e", "IRkernel::main()"], {}),
        ([sys.executable, "-m", "ipykernel_launcher"], {"stdout": subprocess.PIPE}),
        ([sys.executable, "-m", "ipykernel_launcher"], {"independent": True}),
        ([sys.executable, "-m", "ipykernel_launcher"], {"preexec_fn": print}),
    ],
)
def test_what_cannot_be_forked_faithfully_is_started(
    command: list[str], kwargs: dict[str, Any]
) -> None:
    """
    Another interpreter, another language, pipes, or an option we do not know.
    """
    plain = [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"]

    assert provisioner.forkable(plain, {"env": {}, "cwd": "/", "kernel_id": "1"})
    assert not provisioner.forkable(command, kwargs)


def test_any_jupyter_program_can_be_told_to_fork(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    The entry point and Jupyter's own variable serve papermill, nbval and Lab.
    """
    ((variable, name),) = FOR_JUPYTER.items()
    group = entry_points(group=KernelProvisionerFactory.GROUP_NAME)
    assert provisioner.ForkProvisioner is group[name].load()

    asked = "import os; print(os.getppid())"
    assert [f"{os.getpid()}\n"] == run(asked, manager=OrdinaryKernelManager)

    server = ForkServer()
    monkeypatch.setattr(provisioner, "SHARED", server)
    monkeypatch.setenv(variable, name)
    KernelProvisionerFactory.clear_instance()
    try:
        forked = run(asked, manager=OrdinaryKernelManager)
        assert [f"{server.pid}\n"] == forked
    finally:
        KernelProvisionerFactory.clear_instance()
        server.stop()
