"""
The network account of a rehearsed site, watched.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from moto.s3.models import s3_backends

from closednet.aws.account import Account
from closednet.params.site import SiteParams
from closednet.waiting import Waiting
from closednet_rehearsal.server import start_server


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.aws.calls import AwsCall

PARAMS = Path(__file__).parents[3] / "params" / "rehearsal.yaml"


@dataclass
class World:
    """
    A site in the rehearsal; `calls` are those that went through the account.
    """

    params: SiteParams
    account: Account
    calls: list[AwsCall] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        return [call.action for call in self.calls if call.mutating]


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    server = start_server()
    raw = yaml.safe_load(PARAMS.read_text("utf-8")) | {
        "connection": {
            "endpoint_url": server.endpoint_url,
            "static_credentials": {
                "access_key_id": "AKIAREHEARSALOPERATOR",
                "secret_access_key": "rehearsal",
            },
        }
    }
    params = SiteParams.model_validate_json(json.dumps(raw))
    calls: list[AwsCall] = []
    waiting = Waiting(poll_s=0.1, timeout_s=20.0)
    try:
        yield World(params, Account("network", params, waiting, calls.append), calls)
    finally:
        server.stop()
        s3_backends.bucket_accounts.clear()
