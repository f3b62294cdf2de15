"""
Tells the journal of every write before it happens and after it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.model import canonical
from closednet.model.change import key_of


if TYPE_CHECKING:
    from closednet.model.change import AnyChange
    from closednet.model.receipt import Done
    from closednet.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Recording:
    """
    A listener that writes to the recorder.
    """

    recorder: Recorder

    def change_started(self, step: str, change: AnyChange) -> None:
        """
        Record that a write is about to happen.
        """
        self.recorder.record(
            "change-started",
            step=step,
            key=key_of(change),
            change=canonical.to_json(change),
        )

    def change_done(self, step: str, done: Done) -> None:
        """
        Record that a write happened, and the id of what it made.
        """
        self.recorder.record(
            "change-done",
            step=step,
            key=key_of(done.change),
            change=canonical.to_json(done.change),
            resource_id=done.resource_id,
        )
