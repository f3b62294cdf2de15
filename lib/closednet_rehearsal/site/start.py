"""
Puts TLS and the site's namespace in front of a rehearsal that runs.
"""

from __future__ import annotations

import socket

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from closednet_rehearsal.site.certificates import Authority
from closednet_rehearsal.site.doors import Doors
from closednet_rehearsal.site.listeners import TlsListeners
from closednet_rehearsal.site.namespace import (
    Namespace,
    NamespaceError,
    open_namespace,
)
from closednet_rehearsal.work_dir import TLS_FOLDER, Tls


if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from closednet_rehearsal.dns.server import DnsServers
    from closednet_rehearsal.dns.view import View


LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Behind:
    """
    What stands behind TLS: the plain HTTP server, DNS and what both answer from.
    """

    url: str
    view: View
    dns: DnsServers


def start_tls(
    stack: ExitStack, behind: Behind, work_dir: Path, networks: Sequence[str]
) -> Tls:
    """
    Serve every interface endpoint over HTTPS, and say where.

    On loopback the name in the handshake chooses the endpoint. Inside the site, on
    the endpoints' own addresses, the address does; a machine that allows no
    namespace goes without, and the answer says why.
    """
    folder = work_dir / TLS_FOLDER
    authority = Authority(folder)
    where = urlsplit(behind.url)
    backend = str(where.hostname), int(where.port or 0)
    listeners = TlsListeners(Doors(behind.view, authority), backend)
    stack.callback(listeners.stop)
    outside = socket.create_server((LOOPBACK, 0))
    port = outside.getsockname()[1]
    listeners.by_name(outside)
    found = Tls(f"https://{LOOPBACK}:{port}", str(authority.ca_file))
    try:
        namespace = open_namespace(folder, networks)
    except NamespaceError as error:
        return Tls(found.url, found.ca_file, reason=str(error))
    stack.callback(namespace.close)
    listeners.by_address(namespace.https)
    _serve_names(behind.dns, namespace)
    return Tls(found.url, found.ca_file, namespace.pid, namespace.user)


def _serve_names(dns: DnsServers, namespace: Namespace) -> None:
    for server in namespace.name_servers:
        dns.serve(server.udp, server.tcp, server.address)
