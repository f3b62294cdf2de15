"""
Switches troubles on and off; those that find nothing to break wait for it.
"""

from __future__ import annotations

import threading

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.trouble import catalogue


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Scene, Undo


@dataclass(slots=True)
class Switchboard:
    """
    Which troubles are on: struck ones with what mends them, and waiting ones.
    """

    scene: Scene
    struck: dict[str, Undo] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def switch(self, request: dict[str, Any]) -> dict[str, str]:
        """
        Do what a control request says: `name`, and whether it shall be `on`.

        Raises:
            KeyError: There is no trouble of this name.
        """
        name, on = str(request["name"]), bool(request["on"])
        trouble = catalogue.CATALOGUE[name]
        with self._lock:
            self._off(name)
            if on:
                self.waiting.append(name)
                self.strike()
            return {"name": trouble.name, "state": self.state(name)}

    def strike(self) -> None:
        """
        Try those that wait; called after whatever may have made their object.
        """
        if not self.waiting:
            return
        with self._lock:
            for name in tuple(self.waiting):
                undo = catalogue.CATALOGUE[name].strike(self.scene)
                if undo is not None:
                    self.waiting.remove(name)
                    self.struck[name] = undo

    def state(self, name: str) -> str:
        """
        Return `on`, `waiting` or `off`.
        """
        if name in self.struck:
            return "on"
        return "waiting" if name in self.waiting else "off"

    def shown(self) -> dict[str, str]:
        """
        Return the state of every trouble that is not off.
        """
        return {name: self.state(name) for name in (*self.struck, *self.waiting)}

    def _off(self, name: str) -> None:
        if name in self.waiting:
            self.waiting.remove(name)
        undo = self.struck.pop(name, None)
        if undo is not None:
            undo()
