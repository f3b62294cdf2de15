"""
The rehearsal's own API under /rehearsal/: look, skip time, break things.
"""

from __future__ import annotations

import json
import time

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal import operator
from closednet_rehearsal.errors import Answer
from closednet_rehearsal.permissions.ledger import Ledger
from closednet_rehearsal.quotas import changed
from closednet_rehearsal.snapshot import snapshot


if TYPE_CHECKING:
    from closednet_rehearsal.faults import Faults
    from closednet_rehearsal.trouble.switchboard import Switchboard
    from closednet_rehearsal.world import World


Extra = Callable[[], dict[str, Any]]
Power = Callable[[str, bool], None]
HELD_PATIENCE_S: Final = 30.0


@dataclass(slots=True)
class Control:
    """
    Answers control requests; `systems_manager` and `power` come from others.
    """

    world: World
    systems_manager: Extra = dict
    power: Power | None = None
    troubles: Switchboard | None = None
    ledger: Ledger = field(default_factory=Ledger)
    # How long each answer of AWS is on its way, in seconds of everybody's clock.
    latency_s: float = 0.0

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
            if name == "held":
                return _shown({"held": faults.held(HELD_PATIENCE_S)})
            return self._get(name, faults)
        except (KeyError, TypeError, ValueError) as error:
            return _shown({"error": f"The rehearsal cannot read this: {error!r}"}, 400)

    def after(self) -> None:
        """
        Let waiting troubles strike what a call may have made, and take the answer far.
        """
        time.sleep(self.latency_s)
        if self.troubles is not None:
            with self.world.lock:
                self.troubles.strike()

    def _get(self, name: str, faults: Faults) -> Answer:
        shown: dict[str, Callable[[], Any]] = {
            "health": lambda: {"rehearsal": True, "simulated": True, "ok": True},
            "calls": lambda: [asdict(call) for call in self.world.calls],
            "permissions": self.ledger.shown,
            "unsupported": lambda: list(self.world.unsupported),
            "usage": lambda: {"cpu_seconds": time.process_time()},
            "faults": lambda: [asdict(fault) for fault in faults.waiting],
            "troubles": lambda: self.troubles.shown() if self.troubles else {},
            "state": lambda: snapshot(self.systems_manager()),
        }
        if name not in shown:
            return _unknown(name)
        with self.world.lock:
            return _shown(shown[name]())

    def _post(self, name: str, request: dict[str, Any], faults: Faults) -> Answer:
        done: dict[str, Callable[[dict[str, Any]], Any]] = {
            "advance": self._advance,
            "clock": self._hold,
            "quota": self._limit,
            "fault": lambda wish: asdict(faults.add(wish)),
            "mend": lambda _: _did(faults.mend, "mended"),
            "release": lambda _: _did(faults.release, "released"),
            "operator-policy": self._attach,
            "latency": self._move_away,
        }
        if self.power is not None:
            done["host"] = partial(_switch, self.power)
        if self.troubles is not None:
            done["trouble"] = self.troubles.switch
        return _shown(done[name](request)) if name in done else _unknown(name)

    def _advance(self, request: dict[str, Any]) -> dict[str, float]:
        with self.world.lock:
            self.world.clock.advance(float(request["seconds"]))
            return {"now": self.world.clock.now()}

    def _hold(self, request: dict[str, Any]) -> dict[str, float]:
        with self.world.lock:
            clock = self.world.clock
            (clock.hold if request["held"] else clock.release)()
            return {"now": clock.now()}

    def _limit(self, request: dict[str, Any]) -> dict[str, int]:
        name, value = str(request["name"]), int(request["value"])
        with self.world.lock:
            self.world.quotas = changed(name, value)
        return {name: value}

    def _move_away(self, request: dict[str, Any]) -> dict[str, float]:
        self.latency_s = float(request["seconds"])
        return {"latency_s": self.latency_s}

    def _attach(self, request: dict[str, Any]) -> dict[str, list[str]]:
        with self.world.lock:
            operator.attach(request)
            self.ledger.seen.clear()
        return {"attached": sorted(request)}


def _did(action: Callable[[], None], word: str) -> dict[str, bool]:
    action()
    return {word: True}


def _switch(
    power: Callable[[str, bool], object], request: dict[str, Any]
) -> dict[str, Any]:
    name, state = str(request["name"]), request["power"]
    power(name, state == "on")
    return {"name": name, "power": state}


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
