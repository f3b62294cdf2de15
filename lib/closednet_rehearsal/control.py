"""
The rehearsal's own API under /rehearsal/: look, skip time, break things.
"""

from __future__ import annotations

import json

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.errors import Answer
from closednet_rehearsal.quotas import changed
from closednet_rehearsal.snapshot import snapshot


if TYPE_CHECKING:
    from closednet_rehearsal.faults import Faults
    from closednet_rehearsal.world import World


Extra = Callable[[], dict[str, Any]]
Power = Callable[[str, bool], None]


@dataclass(slots=True)
class Control:
    """
    Answers control requests; `systems_manager` and `power` come from others.
    """

    world: World
    systems_manager: Extra = dict
    power: Power | None = None

    def answer(self, environ: dict[str, Any], faults: Faults) -> Answer:
        """
        Answer one control request.
        """
        name = environ["PATH_INFO"].removeprefix("/rehearsal/").strip("/")
        with self.world.lock:
            self.world.clock.settle()
        try:
            if environ["REQUEST_METHOD"] == "POST":
                return self._post(name, _json(environ), faults)
            return self._get(name)
        except (KeyError, TypeError, ValueError) as error:
            return _shown({"error": f"The rehearsal cannot read this: {error!r}"}, 400)

    def _get(self, name: str) -> Answer:
        with self.world.lock:
            match name:
                case "health":
                    return _shown({"rehearsal": True, "simulated": True, "ok": True})
                case "calls":
                    return _shown([asdict(call) for call in self.world.calls])
                case "unsupported":
                    return _shown(list(self.world.unsupported))
                case "state":
                    return _shown(snapshot(self.systems_manager()))
                case _:
                    return _unknown(name)

    def _post(self, name: str, request: dict[str, Any], faults: Faults) -> Answer:
        match name:
            case "advance":
                with self.world.lock:
                    self.world.clock.advance(float(request["seconds"]))
                    return _shown({"now": self.world.clock.now()})
            case "clock":
                with self.world.lock:
                    clock = self.world.clock
                    (clock.hold if request["held"] else clock.release)()
                    return _shown({"now": clock.now()})
            case "quota":
                with self.world.lock:
                    name, value = str(request["name"]), int(request["value"])
                    self.world.quotas = changed(name, value)
                    return _shown({name: value})
            case "fault":
                return _shown(asdict(faults.add(request)))
            case "host" if self.power is not None:
                self.power(str(request["name"]), request["power"] == "on")
                return _shown({"name": request["name"], "power": request["power"]})
            case _:
                return _unknown(name)


def _json(environ: dict[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    members = json.loads(environ["wsgi.input"].read(length) or b"{}")
    if not isinstance(members, dict):
        raise TypeError("an object was expected")
    return members


def _shown(value: Any, status: int = 200) -> Answer:
    body = json.dumps(value, indent=1, sort_keys=True, default=str).encode()
    return Answer(status, (("Content-Type", "application/json"),), body)


def _unknown(name: str) -> Answer:
    return _shown({"error": f"The rehearsal has no control named {name!r}"}, 404)
