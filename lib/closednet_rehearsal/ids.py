"""
Ids that are the same in every rehearsal: a hash of what the thing is.

A shared random stream would shift every later id when one more call is made.
"""

from __future__ import annotations

import threading

from collections import Counter
from hashlib import sha256
from uuid import UUID

from closednet_rehearsal.settings import SEED


class Ids:
    """
    Deterministic ids; the same natural key asked again gives the next one.
    """

    def __init__(self, seed: str = SEED) -> None:
        self._seed = seed
        self._given: Counter[tuple[str, ...]] = Counter()
        self._lock = threading.Lock()

    def digest(self, kind: str, *natural_key: str) -> str:
        """
        Return 64 hex digits for the next thing of this kind and natural key.
        """
        key = (kind, *natural_key)
        with self._lock:
            number = self._given[key]
            self._given[key] += 1
        text = "|".join((self._seed, *key, str(number)))
        return sha256(text.encode()).hexdigest()

    def prefixed(self, prefix: str, *natural_key: str) -> str:
        """
        Return an AWS-style id such as `vpce-0…` (17 hex digits).
        """
        return f"{prefix}-0{self.digest(prefix, *natural_key)[:16]}"

    def uuid(self, kind: str, *natural_key: str) -> str:
        """
        Return a UUID for the next thing of this kind and natural key.
        """
        return str(UUID(self.digest(kind, *natural_key)[:32], version=4))
