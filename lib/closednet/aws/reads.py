"""
Reads that are asked once within one verb, as long as nothing could have changed.

An inspection asks for the same list several times: each kind of resource looks for
its own. Within `shared` the second question is answered by the first answer, until
something is written, or somebody waits for the world to move. Between two verbs
nothing is kept: what verifies a write never sees what was read before it.
"""

from __future__ import annotations

import pickle
import threading

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from collections.abc import Iterator

# Who we are, and what is secret or large, is never kept.
NEVER: Final = frozenset(
    {
        *("AssumeRole", "GetCallerIdentity", "Decrypt", "GenerateDataKey"),
        *("GetObject", "GetParameter", "GetSecretValue"),
    }
)
# What a write leaves as it was read; any other write makes us forget everything.
UNTOUCHED: Final = {
    # An endpoint is not one that its neighbours look for before they are made.
    "CreateVpcEndpoint": frozenset({"DescribeSecurityGroups", "DescribeVpcEndpoints"}),
    "ChangeResourceRecordSets": frozenset(
        {
            *("DescribeNetworkInterfaces", "DescribeVpcEndpoints"),
            "ListHostedZonesByVPC",
        }
    ),
}


class SharedReads:
    """
    The answers of one verb, by account and request.
    """

    def __init__(self) -> None:
        self._answers: dict[Any, tuple[Any, bytes]] | None = None
        self._depth = 0
        self._lock = threading.RLock()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """
        Share reads within; nothing that was read before counts.
        """
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._answers = {}
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
                if self._depth == 0:
                    self._answers = None

    def forget(self) -> None:
        """
        Ask for everything anew.
        """
        with self._lock:
            if self._answers:
                self._answers.clear()

    def answer(self, key: Any) -> tuple[Any, Any] | None:
        """
        Return what was answered to this request, as a copy.
        """
        with self._lock:
            found = (self._answers or {}).get(key)
        return None if found is None else (found[0], pickle.loads(found[1]))  # noqa: S301 - our own copy

    def keep(self, key: Any, operation: str, http: Any, parsed: Any) -> None:
        """
        Keep the answer to a read.
        """
        if self._answers is None or operation in NEVER:
            return
        copied = pickle.dumps(parsed, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if self._answers is not None:
                self._answers[key] = (http, copied)

    def written(self, operation: str) -> None:
        """
        Forget what this write may have changed, before it is sent.
        """
        kept = UNTOUCHED.get(operation, frozenset())
        with self._lock:
            if self._answers:
                left = {k: v for k, v in self._answers.items() if k[2] in kept}
                self._answers = left
