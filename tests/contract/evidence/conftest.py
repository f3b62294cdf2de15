"""
A site in a simulated AWS of its own, with a bucket and keys for its evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from moto.s3.models import s3_backends

from closednet.params.load import load
from closednet.recorder import NullRecorder
from closednet.site import Site
from closednet_rehearsal.server import Server, start_server


if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMS = Path(__file__).parents[3] / "params" / "rehearsal.yaml"
KEYS = {"access_key_id": "AKIAREHEARSALOPERATOR", "secret_access_key": "rehearsal"}
ROLE = "arn:aws:iam::222222222222:role/closednet-operator"


@dataclass
class Scene:
    """
    The address of the simulated AWS, and the parameters file of the site.
    """

    url: str
    file: Path

    def client(self, service: str) -> Any:
        """
        Return a client in the management account.
        """
        region = "ap-northeast-1"
        made: Any = boto3.Session(KEYS["access_key_id"], "x", region_name=region)
        keys = made.client("sts", endpoint_url=self.url).assume_role(
            RoleArn=ROLE, RoleSessionName="tests"
        )["Credentials"]
        session: Any = boto3.Session(
            keys["AccessKeyId"],
            keys["SecretAccessKey"],
            keys["SessionToken"],
            region_name=region,
        )
        return session.client(service, endpoint_url=self.url)

    def site(self, **evidence: Any) -> Site:
        """
        Return the site with these parameters of its evidence.
        """
        raw = yaml.safe_load(self.file.read_text()) | {"evidence": evidence}
        self.file.write_text(yaml.safe_dump(raw))
        return Site(load(self.file), self.file, NullRecorder(), "run")


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    server = start_server()
    yield server
    server.stop()


@pytest.fixture(name="scene")
def _scene(tmp_path: Path, server: Server) -> Iterator[Scene]:
    raw = yaml.safe_load(PARAMS.read_text())
    raw["connection"] = {
        "endpoint_url": server.endpoint_url,
        "static_credentials": KEYS,
    }
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(raw))
    try:
        yield Scene(server.endpoint_url, file)
    finally:
        for account in list(s3_backends):
            # Objects of moto complain unless they are disposed of.
            s3_backends[account]["aws"].reset()
