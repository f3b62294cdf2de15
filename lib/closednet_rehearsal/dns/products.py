"""
BIND, unbound and dnsmasq as sites run them: strict, and without the internet.

They validate DNSSEC and drop private addresses. What the zones do not cover is
forwarded to loopback as well, so that not even the root servers are asked.
"""

from __future__ import annotations

import getpass

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


Product = Literal["bind", "unbound", "dnsmasq"]

# The key of the root zone: without it unbound and dnsmasq would validate nothing.
ROOT_ANCHOR: Final = (
    ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
)
SEPARATORS: Final[dict[Product, str]] = {
    "bind": " port ",
    "unbound": "@",
    "dnsmasq": "#",
}
PACKAGES: Final = {"named": "bind9", "unbound": "unbound", "dnsmasq": "dnsmasq-base"}


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What a server is to do: listen on `port`, ask `other` what no zone covers.

    `zones` is the generated file; `options` stands in BIND's options, unbound's
    server section, or anywhere in dnsmasq's file. Addresses are ADDRESS:PORT.
    """

    folder: Path
    port: int
    other: str
    zones: str = ""
    options: str = ""


def target(product: Product, address: str) -> str:
    """
    Return ADDRESS:PORT the way a product writes it.
    """
    return address.replace(":", SEPARATORS[product])


def bind(setting: Setting) -> tuple[str, ...]:
    """
    Write named.conf and return the command.
    """
    folder, config = setting.folder, setting.folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; pid-file "{folder}/pid"; listen-on-v6 {{ }};'
        f'  session-keyfile "{folder}/key";'
        f"  listen-on port {setting.port} {{ 127.0.0.1; }};"
        "  dnssec-validation auto; recursion yes; forward only;"
        f"  forwarders {{ {target('bind', setting.other)}; }};\n{setting.options}\n"
        f"}};\ncontrols {{ }};\n{setting.zones}\n"
    )
    return ("named", "-f", "-n", "1", "-c", str(config))


def unbound(setting: Setting) -> tuple[str, ...]:
    """
    Write unbound.conf and return the command.
    """
    config = setting.folder / "unbound.conf"
    config.write_text(
        f'server:\n  directory: "{setting.folder}"\n  chroot: ""\n  username: ""\n'
        f'  interface: 127.0.0.1\n  port: {setting.port}\n  pidfile: ""\n'
        "  do-not-query-localhost: no\n  private-address: 10.0.0.0/8\n  ede: yes\n"
        f'  trust-anchor: "{ROOT_ANCHOR}"\n  use-caps-for-id: yes\n{setting.options}\n'
        "remote-control:\n  control-enable: no\n"
        f'forward-zone:\n  name: "."\n'
        f"  forward-addr: {target('unbound', setting.other)}\n{setting.zones}\n"
    )
    return ("unbound", "-d", "-c", str(config))


def dnsmasq(setting: Setting) -> tuple[str, ...]:
    """
    Write dnsmasq.conf and return the command.
    """
    config = setting.folder / "dnsmasq.conf"
    anchor = ROOT_ANCHOR.replace(" DS ", ",").replace(" ", ",")
    config.write_text(
        f"port={setting.port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\n"
        f"no-hosts\nuser={getpass.getuser()}\npid-file=\nstop-dns-rebind\n"
        f"dnssec\ntrust-anchor={anchor}\nserver={target('dnsmasq', setting.other)}\n"
        f"{setting.options}\n{setting.zones}\n"
    )
    return ("dnsmasq", "--keep-in-foreground", f"--conf-file={config}")


COMMANDS: Final[dict[Product, Callable[[Setting], tuple[str, ...]]]] = {
    "bind": bind,
    "unbound": unbound,
    "dnsmasq": dnsmasq,
}
