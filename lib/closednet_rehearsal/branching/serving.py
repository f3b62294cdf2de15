"""
A kept world in service: AWS and DNS listen, servers are on, people do their work.
"""

from __future__ import annotations

import os
import threading

from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.administrator import Administrator
from closednet_rehearsal.branching.folders import EVIDENCE, WORK
from closednet_rehearsal.dns.server import DnsServers
from closednet_rehearsal.dns.view import View
from closednet_rehearsal.host.fleet import Fleet, simulated_hosts
from closednet_rehearsal.server import prepare
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
    from collections.abc import Iterator
    from pathlib import Path

    from closednet_rehearsal.server import Services
    from closednet_rehearsal.world import World

# Ten times as fast as a rehearsal that people watch: only waiting gets shorter.
HASTE: Final = 10.0
POLL_S: Final = 0.02
NODE_LOST: Final = "node_connection_lost"
PATIENCE_S: Final = 10.0


def first(folder: Path, hosts: int, project: Path) -> Services:
    """
    Make a world in which nobody has done anything, and its folder.
    """
    work_dir = folder / WORK
    work_dir.mkdir(parents=True)
    specs = simulated_hosts(hosts)
    services = prepare(networks(specs))
    delays = services.world.delays
    hasty = {
        field.name: getattr(delays, field.name) / HASTE
        for field in fields(delays)
        if field.name != NODE_LOST
    }
    services.world.delays = replace(delays, **hasty)
    write_signing_key(work_dir)
    write_params(work_dir, project, specs)
    Fleet(work_dir, "", "").create(specs)
    return services


@contextmanager
def serving(services: Services, folder: Path) -> Iterator[Ready]:
    """
    Serve the world from `folder` for the duration of a `with` block.

    Afterwards no thread is left, so that the process can be forked.
    """
    work_dir = folder / WORK
    count = len(list((work_dir / "hosts").glob("*")))
    with ExitStack() as stack:
        server = services.serve(hosts=count)
        stack.callback(_join_threads)
        stack.callback(server.pause)
        dns = site_servers(services.world, work_dir)
        addresses = dns.start()
        stack.callback(dns.stop)
        url, forwarder = server.endpoint_url, addresses.forwarder
        connection = write_connection(
            work_dir, url, addresses.inbounds, forwarder, poll_s=POLL_S
        )
        fleet = Fleet(work_dir, url, forwarder)
        stack.callback(fleet.stop)
        fleet.boot()
        services.control.power = fleet.power
        scene = Scene(services.world, work_dir, fleet)
        services.control.troubles = Switchboard(scene)
        administrator = Administrator(folder / EVIDENCE, work_dir)
        administrator.start()
        stack.callback(administrator.stop)
        yield Ready(
            url,
            forwarder,
            os.fspath(work_dir / "params.yaml"),
            os.fspath(connection),
            os.fspath(work_dir),
            os.getpid(),
        )


def site_servers(world: World, work_dir: Path) -> DnsServers:
    """
    Return the DNS servers of this world, which do not listen yet.
    """
    view = View(world)
    return DnsServers(view, work_dir, world.site, view.arrives)


def _join_threads() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(PATIENCE_S)
    left = [thread.name for thread in threading.enumerate()][1:]
    if left:
        raise RuntimeError(f"threads go on after the rehearsal stopped: {left}")
