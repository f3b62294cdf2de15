"""
A real DNS server of the site, between its servers and the inbound endpoint.

It starts without any of our zones. Once the administrator installs a generated
file it is started again with it, its targets bent to where the simulated inbound
endpoint listens on this machine.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.message
import dns.query

from closednet_rehearsal.dns.products import (
    COMMANDS,
    PACKAGES,
    Product,
    Setting,
    target,
)
from closednet_rehearsal.settings import INBOUND_IPS


if TYPE_CHECKING:
    from pathlib import Path


HOST: Final = "127.0.0.1"
READY_S: Final = 10.0
LOOK_EVERY_S: Final = 0.05
INSTALLED: Final = "dns/forwarder.conf"
# What the generated file asks to be put into BIND's options.
OPTIONS: Final = re.compile(r"^//\s+(validate-except .*;)$", re.MULTILINE)


class RealForwarder:
    """
    Runs one of the products on a free port until it is stopped.
    """

    def __init__(
        self, product: Product, work_dir: Path, *, inbound: str, other: str
    ) -> None:
        self._product: Product = product
        self._file = work_dir / INSTALLED
        self._inbound = inbound
        folder = work_dir / "dns" / product
        folder.mkdir(parents=True, exist_ok=True)
        self._setting = Setting(folder, free_port(), other)
        self._enough = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._seen = 0

    def start(self) -> str:
        """
        Start the server and return where it listens.

        Raises:
            FileNotFoundError: The product is not installed.
        """
        self._seen = self._written()
        self._run()
        self._watcher.start()
        return f"{HOST}:{self._setting.port}"

    def stop(self) -> None:
        """
        Stop the server.
        """
        self._enough.set()
        self._watcher.join()
        self._end()

    def _watch(self) -> None:
        while not self._enough.wait(LOOK_EVERY_S):
            written = self._written()
            if written != self._seen:
                self._seen = written
                self._end()
                self._run()

    def _written(self) -> int:
        return self._file.stat().st_mtime_ns if self._file.exists() else 0

    def _run(self) -> None:
        text = self._file.read_text("utf-8") if self._seen else ""
        asked = "\n".join(OPTIONS.findall(text)) if self._product == "bind" else ""
        setting = replace(self._setting, zones=self._bent(text), options=asked)
        command = installed(COMMANDS[self._product](setting))
        self._process = subprocess.Popen(  # noqa: S603 - our own configuration
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until_it_answers(self._setting.port)

    def _bent(self, text: str) -> str:
        for address in INBOUND_IPS:
            here = target(self._product, self._inbound)
            text = re.sub(rf"(?<![\d.]){re.escape(address)}(?![\d.])", here, text)
        return text

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(READY_S)


def installed(command: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return the command with the path of its program.

    Raises:
        FileNotFoundError: It is not installed; the message names the package.
    """
    name, *rest = command
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        raise FileNotFoundError(f"{name} is missing: apt-get install {PACKAGES[name]}")
    return (path, *rest)


def wait_until_it_answers(port: int) -> None:
    """
    Ask a server for its version, which it knows without asking others.

    Raises:
        TimeoutError: It did not answer within 10 s.
    """
    query = dns.message.make_query("version.bind", "TXT", "CH")
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            dns.query.udp(query, HOST, 0.3, port)
        except (dns.exception.DNSException, OSError):
            time.sleep(LOOK_EVERY_S)
        else:
            return
    raise TimeoutError("the name server never answered")


def free_port() -> int:
    """
    Return a port that is free for UDP and TCP.
    """
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind((HOST, 0))
        port = int(tcp.getsockname()[1])
        udp.bind((HOST, port))
        return port
