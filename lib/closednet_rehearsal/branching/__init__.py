"""
Many futures of one rehearsal: each begins at a kept moment, in its own process.

A *checkpoint* is a process without threads that holds the whole simulated AWS at
one moment, and a folder with the servers' files of that moment. A *branch* is a
fork of it that listens, with a copy of the folder: what happens there is seen
nowhere else. A branch can become a checkpoint in turn. An *operation* is closednet
at work on a branch, in a process that may be killed. All of them end with the
connection that asked for them, so nothing outlives the program that began it.
"""

from __future__ import annotations

from closednet_rehearsal.branching.client import (
    Branch,
    BranchingError,
    Checkpoint,
    Operation,
    origin,
)


__all__ = ["Branch", "BranchingError", "Checkpoint", "Operation", "origin"]
