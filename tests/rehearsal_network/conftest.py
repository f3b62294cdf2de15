"""
A rehearsed world in this process: AWS over HTTP, DNS over UDP and TCP.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from moto.s3.models import s3_backends

from closednet.aws.account import Account
from closednet.lookup.resolver import Lookup
from closednet.params.site import SiteParams
from closednet.waiting import Waiting
from closednet_rehearsal.dns.admin import install_zones
from closednet_rehearsal.dns.server import DnsServers
from closednet_rehearsal.dns.view import View
from closednet_rehearsal.server import start_server


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.server import Server

PARAMS = Path(__file__).parents[2] / "params" / "rehearsal.yaml"


class NoServers:
    """
    A fleet without servers: this side of the site needs none.
    """

    hosts = ()

    def run_all(self, *_: object) -> dict[str, None]:
        return {}


@dataclass
class World:
    """
    A site on the rehearsal, in the shape in which steps want it.
    """

    params: SiteParams
    server: Server
    view: View
    work_dir: Path
    network: Account
    management: Account
    lookup: Lookup
    fleet: Any
    waiting: Waiting
    dns: Account

    def administrate(self, config: str) -> None:
        install_zones(self.work_dir, config)

    def unsupported(self) -> list[str]:
        return list(self.server.world.unsupported)


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    server = start_server()
    view = View(server.world)
    servers = DnsServers(view, tmp_path)
    dns = servers.start()
    raw = yaml.safe_load(PARAMS.read_text("utf-8")) | {
        "connection": {
            "endpoint_url": server.endpoint_url,
            "static_credentials": {
                "access_key_id": "AKIAREHEARSALOPERATOR",
                "secret_access_key": "rehearsal",
            },
            "tunnels": {
                "192.168.10.53:53": dns.forwarder,
                "10.20.1.10:53": dns.inbound,
                "10.20.2.10:53": dns.inbound,
            },
            "simulated": True,
        }
    }
    params = SiteParams.model_validate_json(json.dumps(raw))
    waiting = Waiting(poll_s=0.1, timeout_s=20.0)
    network = Account("network", params, waiting)
    try:
        yield World(
            params=params,
            server=server,
            view=view,
            work_dir=tmp_path,
            network=network,
            dns=network,
            management=Account("management", params, waiting),
            lookup=Lookup(params.connection, timeout_s=0.5),
            fleet=NoServers(),
            waiting=waiting,
        )
    finally:
        servers.stop()
        server.stop()
        s3_backends.bucket_accounts.clear()
