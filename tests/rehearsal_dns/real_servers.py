"""
Real DNS servers with generated zones, and questions to them.
"""

from __future__ import annotations

import subprocess

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import dns.message

from closednet.model import forwarders
from closednet_rehearsal.dns.products import (
    COMMANDS,
    PACKAGES,
    Product,
    Setting,
    target,
)
from closednet_rehearsal.dns.real import wait_until_it_answers
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dns.message import Message


PRODUCTS: tuple[Product, ...] = get_args(Product)
STOP_S = 10.0


@dataclass(frozen=True)
class Wishes:
    """
    Where a server listens, what it forwards, and where to.

    `edit` changes what was generated; `more` goes into what the site had there
    before (BIND's options, unbound's server section).
    """

    folder: Path
    port: int
    inbound: str
    other: str
    zones: tuple[str, ...]
    edit: Callable[[str], str] = str
    more: str = ""

    def setting(self, product: Product) -> Setting:
        """
        Return the setting of a product that does it.
        """
        here = target(product, self.inbound)
        generated = forwarders.render(product, self.zones, [here])
        options = forwarders.bind_options(self.zones) if product == "bind" else ""
        return Setting(
            self.folder,
            self.port,
            self.other,
            zones=self.edit(generated),
            options=f"{self.more}\n{self.edit(options)}",
        )


@contextmanager
def running(product: Product, wishes: Wishes) -> Iterator[None]:
    """
    Run a name server until the end of the block.
    """
    name, *rest = COMMANDS[product](wishes.setting(product))
    command = (tool(name, PACKAGES[name]), *rest)
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until_it_answers(wishes.port)
            yield
        finally:
            server.terminate()
            server.wait(STOP_S)


def ask(
    query: Callable[..., Message],
    port: int,
    name: str,
    rtype: str = "A",
    timeout: float = 5.0,
) -> Message:
    """
    Ask the server under test.
    """
    return query(dns.message.make_query(name, rtype), "127.0.0.1", timeout, port)


def ips(message: Message) -> set[str]:
    """
    Return the addresses in an answer.
    """
    return {item.to_text() for rrset in message.answer for item in rrset}
