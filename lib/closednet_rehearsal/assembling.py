"""
Puts a rehearsal together: AWS, names, rights, and the servers of the site.
"""

from __future__ import annotations

import os
import resource

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal import operator
from closednet_rehearsal.dns.site import start_dns
from closednet_rehearsal.host.fleet import Fleet, simulated_hosts
from closednet_rehearsal.server import start_server
from closednet_rehearsal.settings import REHEARSED
from closednet_rehearsal.site.start import Behind, start_tls
from closednet_rehearsal.trouble.switchboard import Switchboard
from closednet_rehearsal.trouble.trouble import Scene
from closednet_rehearsal.work_dir import (
    Ready,
    networks,
    write_connection,
    write_params,
    write_signing_key,
)


if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from closednet_rehearsal.host.layout import HostSpec
    from closednet_rehearsal.lifecycle import Wishes
    from closednet_rehearsal.server import Server

FILES: Final = 512
FILES_A_HOST: Final = 3


def assemble(stack: ExitStack, wishes: Wishes, work_dir: Path) -> Ready:
    """
    Start everything; `stack` stops it.
    """
    hosts = simulated_hosts(wishes.hosts)
    _allow_files(len(hosts))
    nets = networks(hosts)
    server = start_server(wishes.port, len(hosts), nets, {}, REHEARSED)
    stack.callback(server.stop)
    url = server.endpoint_url
    dns = start_dns(stack, server.world, work_dir, wishes.dns)
    at = dns.addresses
    connection = write_connection(work_dir, url, at.inbounds, at.forwarder)
    write_signing_key(work_dir)
    behind = Behind(url, dns.view, dns.servers)
    tls = start_tls(stack, behind, work_dir, nets) if wishes.tls else None
    params = write_params(work_dir, Path.cwd(), hosts, wishes.dns)
    _give_rights(wishes.operator_policy, params if hosts else None)
    troubles = _start_hosts(stack, server, work_dir, hosts, at.forwarder)
    for name in wishes.faults:
        troubles.switch({"name": name, "on": True})
    return Ready(
        url,
        at.forwarder,
        None if params is None else str(params),
        str(connection),
        str(work_dir),
        os.getpid(),
        tls=tls,
    )


def _allow_files(hosts: int) -> None:
    """
    Let this process hold a channel open to every agent.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES + FILES_A_HOST * hosts
    if soft != resource.RLIM_INFINITY and soft < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _give_rights(policies: Path | None, params: Path | None) -> None:
    """
    Give the operator the policies of a file, or those that closednet generates.

    Without servers there is no site to generate them for.
    """
    if policies is not None:
        operator.attach(operator.read(policies))
    elif params is not None:
        operator.attach(operator.generated(params))
    else:
        operator.attach(operator.ADMINISTRATOR)


def _start_hosts(
    stack: ExitStack,
    server: Server,
    work_dir: Path,
    hosts: Sequence[HostSpec],
    forwarder: str,
) -> Switchboard:
    fleet = Fleet(work_dir, server.endpoint_url, forwarder)
    stack.callback(fleet.stop)
    fleet.create(hosts)
    server.control.power = fleet.power
    troubles = Switchboard(Scene(server.world, work_dir, fleet))
    server.control.troubles = troubles
    return troubles
