"""
The desk of the instruction mode: what was asked, what people answered, what is missing.

Nothing is executed. A verb runs as always; whoever would call AWS, a DNS server or a
server asks the desk instead. What was answered before is handed out again in the same
order; what was not is put on the list, and the verb is run again once it is answered.
"""

from __future__ import annotations

import re
import threading

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from closednet.errors import EvidenceError, HandsNeededError
from closednet.model import canonical


if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

KEY_LENGTH: Final = 12
_answer: Final = re.compile(
    r"^== closednet (?P<label>[0-9a-f]+\.\d+) ==$\n(?P<output>.*?)"
    r"^== exit (?P<code>\d+) ==$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a command printed, and its exit code.
    """

    output: str
    exit_code: int


@dataclass
class Desk:
    """
    The questions and answers of one verb of one step.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    _writes: set[str] = field(default_factory=set)
    _asked: Counter[str] = field(default_factory=Counter)
    _entered: Counter[str] = field(default_factory=Counter)
    _scope: str = ""
    _done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, answers: Mapping[str, Answer]) -> None:
        """
        Start a verb from its beginning, with what is known by now.
        """
        self.answers = dict(answers)
        self.dropped = False
        self.missing.clear()
        self._writes.clear()
        self._asked.clear()
        self._entered.clear()
        self._scope, self._done = "", 0

    def enter(self, scope: str) -> None:
        """
        Go on to another piece of work, such as one resource.

        What is read belongs to its piece of work, and to how much of that was written
        before: the same question has another answer afterwards.
        """
        with self._lock:
            self._entered[scope] += 1
            self._scope, self._done = f"{scope}#{self._entered[scope]}", 0

    def ask(self, key: str, command: str, *, writes: bool) -> Answer | None:
        """
        Return the answer to a command, or None if a person has to run it first.

        A command that writes is listed only if every read before it was answered:
        whether it is needed may depend on them.

        Raises:
            HandsNeededError: Nothing can go on without the answer.
        """
        with self._lock:
            label = self._label(key, writes=writes, again=False)
            if label in self.answers:
                self._done += writes
                return self.answers[label]
            reads_missing = self.missing.keys() - self._writes
            if writes and reads_missing:
                raise HandsNeededError("a write waits for the answers before it")
            self.missing[label] = command
            if writes:
                self._writes.add(label)
                raise HandsNeededError("a write waits to be made by hand")
            return None

    def forget(self, key: str) -> None:
        """
        Put the last question with this key on the list again: its answer was none.
        """
        with self._lock:
            for writes in (False, True):
                self.answers.pop(self._label(key, writes=writes, again=True), None)
            self.dropped = True

    def _label(self, key: str, *, writes: bool, again: bool) -> str:
        place = key if writes else key_of(key, self._scope, self._done)
        if not again:
            self._asked[place] += 1
        return f"{place}.{self._asked[place]}"

    def pause(self, seconds: float) -> None:
        """
        Wait no longer than until something is missing: people look again.

        Raises:
            HandsNeededError: Something is missing.
        """
        del seconds
        if self.missing:
            raise HandsNeededError("a person has to look again")


@dataclass(frozen=True, slots=True)
class Stopping:
    """
    Swallows every error once something is missing: it is only about the gap.
    """

    desk: Desk

    def __enter__(self) -> None:
        """
        Begin.
        """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return isinstance(error, Exception) and bool(self.desk.missing)


def key_of(*parts: object) -> str:
    """
    Return the name of a question: the same for the same command.
    """
    return sha256(canonical.text(list(parts)).encode()).hexdigest()[:KEY_LENGTH]


def block(label: str, command: str) -> str:
    """
    Return a command between the two marks by which its output is found again.
    """
    return (
        f"printf '\\n== closednet %s ==\\n' {label}\n{command}\n"
        "printf '\\n== exit %s ==\\n' \"$?\"\n"
    )


def pasted(text: str) -> dict[str, Answer]:
    """
    Return the answers in what a person pasted.

    Raises:
        EvidenceError: There is none: not all of the output was copied.
    """
    lines = text.replace("\r\n", "\n")
    found = {
        match["label"]: Answer(match["output"].strip("\n"), int(match["code"]))
        for match in _answer.finditer(lines)
    }
    if not found:
        raise EvidenceError(
            "this holds no answer: the lines with == are missing",
            hint="paste everything that the script printed, from the first == to the"
            " last",
        )
    return found
