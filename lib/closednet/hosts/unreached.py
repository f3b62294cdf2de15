"""
Why a server was not reached, or a script not let run, from what ssh and sudo said.

OpenSSH and sudo have one sentence for each; a sentence that is not known here names
no cause. What a time-out leaves open, AWS's list of managed nodes may decide.
"""

from __future__ import annotations

import re

from typing import Final

from closednet.model.causes import Diagnosis, find


SENTENCES: Final = (
    ("host-key-changed", r"REMOTE HOST IDENTIFICATION HAS CHANGED"),
    ("host-key-unknown", r"Host key verification failed|No .* host key is known for"),
    ("ssh-key-refused", r"Permission denied \(|Too many authentication failures"),
    ("ssh-refused", r"port \d+: Connection refused"),
    ("host-name-unresolved", r"Could not resolve hostname"),
    ("sudo-password", r"sudo: .*(password|terminal) is required"),
    ("sudo-password", r"sudo: .*(incorrect password|no password was provided)"),
    ("sudo-forbidden", r"is not (allowed to execute|in the sudoers file)"),
    ("ssh-hangs", r"during banner exchange|Connection to \S+ port \d+ timed out"),
    ("host-silent", r"port \d+: (Connection timed out|No route to host)"),
)


def by_words(host: str, words: str) -> Diagnosis:
    """
    Return the one cause that the words of ssh or sudo name, if they name one.
    """
    for cause, pattern in SENTENCES:
        found = re.search(pattern, words)
        if found:
            return Diagnosis((find(cause, _line_of(words, found.start()), host),))
    return Diagnosis()


def without_end(host: str, timeout_s: float) -> Diagnosis:
    """
    Return the cause of a script that was taken and never came to an end.
    """
    return Diagnosis((find("ssh-hangs", f"no end after {timeout_s:g} s", host),))


def _line_of(words: str, at: int) -> str:
    start = words.rfind("\n", 0, at) + 1
    end = words.find("\n", at)
    return words[start : end if end >= 0 else len(words)].strip(" @\r")
