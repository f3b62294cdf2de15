"""
A site in a simulated AWS of its own, and servers that answer like agents do.
"""

from __future__ import annotations

import base64
import json

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest
import yaml

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.s3.models import s3_backends

from closednet import engine
from closednet.errors import ClosednetError
from closednet.params.load import load
from closednet.site import Site
from closednet_rehearsal.server import Server, start_server
from tests.contract.management.puppets import Puppets


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.canonical import Json
    from closednet.model.change import AnyChange
    from closednet.model.receipt import Done, Receipt
    from closednet.model.step import Step


PARAMS = Path(__file__).parents[3] / "params" / "rehearsal.yaml"
KEYS = {
    "access_key_id": "AKIAREHEARSALOPERATOR",
    "secret_access_key": "rehearsal",
}


@dataclass
class Recording:
    """
    A recorder and a listener that keep what they are told.
    """

    events: list[tuple[str, dict[str, Json]]] = field(default_factory=list)
    started: list[AnyChange] = field(default_factory=list)

    def record(self, kind: str, **data: Json) -> None:
        self.events.append((kind, data))

    def change_started(self, step: str, change: AnyChange) -> None:
        self.started.append(change)

    def change_done(self, step: str, done: Done) -> None:
        pass

    def of(self, kind: str) -> list[dict[str, Json]]:
        return [data for name, data in self.events if name == kind]

    @property
    def writes(self) -> list[str]:
        calls = self.of("aws-call")
        return [f"{c['service']}:{c['operation']}" for c in calls if c["mutating"]]


@dataclass
class Scene:
    """
    The simulated AWS, the site in it, and what was recorded.
    """

    server: Server
    file: Path
    recording: Recording
    site: Site
    puppets: Puppets

    def having(self, **changes: Any) -> Site:
        """
        Return the same site with other parameters.
        """
        raw = yaml.safe_load(self.file.read_text())
        for path, value in changes.items():
            place = raw
            *sections, name = path.split("__")
            for section in sections:
                place = place.setdefault(section, {})
            place[name] = value
        self.file.write_text(yaml.safe_dump(raw))
        self.site = Site(load(self.file), self.file, self.recording, "run")
        return self.site

    def believing(self, **changes: Any) -> Site:
        """
        Return the site with parameters that `load` would not let pass.
        """
        params = self.site.params.model_copy(update=changes)
        return replace(self.site, params=params)

    def apply(self, step: Step) -> Receipt:
        plan = engine.plan(step, engine.inspect(step), self.site.scope)
        return engine.apply(step, plan.approve(plan.digest), self.recording)

    def changes(self, step: Step) -> tuple[AnyChange, ...]:
        return engine.plan(step, engine.inspect(step), self.site.scope).changes

    def undo(self, step: Step, receipt: Receipt) -> None:
        plan = engine.rollback(step, [receipt], self.site.scope, "run")
        engine.apply(step, plan.approve(plan.digest), self.recording)

    def state(self) -> Any:
        url = f"{self.server.endpoint_url}/rehearsal/state"
        with urlopen(url) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def break_next(self, operation: str, error: str) -> None:
        body = json.dumps({"operation": operation, "error": error}).encode()
        url = f"{self.server.endpoint_url}/rehearsal/fault"
        urlopen(Request(url, data=body, method="POST")).close()  # noqa: S310 - loopback

    def fails(self, step: Step) -> str:
        with pytest.raises(ClosednetError) as caught:
            self.apply(step)
        return str(caught.value)


@pytest.fixture(name="public_key", scope="session")
def _public_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


@pytest.fixture(name="scene")
def _scene(tmp_path: Path, public_key: str) -> Iterator[Scene]:
    server = start_server()
    raw = yaml.safe_load(PARAMS.read_text())
    raw["connection"] = {
        "endpoint_url": server.endpoint_url,
        "static_credentials": KEYS,
        "poll_s": 0.05,
        "timeout_s": 5.0,
        "simulated": True,
    }
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(raw))
    (tmp_path / "rehearsal-signing-key.asc").write_text("no key")
    recording = Recording()
    site = Site(load(file), file, recording, "run")
    puppets = Puppets(server, site, public_key)
    try:
        yield Scene(server, file, recording, site, puppets)
    finally:
        puppets.stop()
        for account in list(s3_backends):
            # Objects of moto complain unless they are disposed of.
            s3_backends[account]["aws"].reset()
        server.stop()
