"""
What the engine tells about every write, kept in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.evidence import codec


if TYPE_CHECKING:
    from closednet.model.change import AnyChange
    from closednet.model.receipt import Done
    from closednet.recorder import Recorder


@dataclass(frozen=True, slots=True)
class JournalListener:
    """
    Journals each change before it is made and after it was.
    """

    recorder: Recorder

    def change_started(self, step: str, change: AnyChange) -> None:
        """
        Say what is about to be written.
        """
        self.recorder.record("change-started", step=step, change=codec.encode(change))

    def change_done(self, step: str, done: Done) -> None:
        """
        Say what was written.
        """
        self.recorder.record("change-done", step=step, done=codec.encode(done))
