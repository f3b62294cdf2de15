from __future__ import annotations

import pytest

from closednet.errors import HostError
from closednet.hosts.results import CommandResult, endless, failure, raise_for_failures


CHANGED = "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed."


@pytest.mark.parametrize(
    ("words", "code", "causes"),
    [
        ("ssh: connect to host a port 22: Connection timed out", 255, "host-silent"),
        ("ssh: connect to host a port 22: No route to host", 255, "host-silent"),
        ("ssh: connect to host a port 22: Connection refused", 255, "ssh-refused"),
        ("ssh: Could not resolve hostname a: not known", 255, "host-name-unresolved"),
        ("root@a: Permission denied (publickey).", 255, "ssh-key-refused"),
        (CHANGED, 255, "host-key-changed"),
        ("Host key verification failed.", 255, "host-key-unknown"),
        ("sudo: a password is required", 1, "sudo-password"),
        ("sudo: a terminal is required to read the password", 1, "sudo-password"),
        ("sudo: 1 incorrect password attempt", 1, "sudo-password"),
        ("ops is not in the sudoers file.", 255, "sudo-forbidden"),
        ("kex_exchange_identification: read: reset by peer", 255, ""),
        # What a script itself says is no word of ssh.
        ("cat: /etc/x: Permission denied (publickey)", 1, ""),
    ],
)
def test_words_of_ssh_and_sudo_name_one_cause_or_none(
    words: str, code: int, causes: str
) -> None:
    error = failure("facts", CommandResult("web01", code, "", words))

    assert tuple(filter(None, [causes])) == error.causes
    assert error.hint


def test_a_script_without_end_names_its_cause() -> None:
    assert ("ssh-hangs",) == endless("web01", 30.0).causes


def test_failures_of_many_servers_carry_the_causes_of_all() -> None:
    results = {
        "web01": failure("x", CommandResult("web01", 255, "", CHANGED)),
        "web02": endless("web02", 30.0),
    }

    with pytest.raises(HostError) as raised:
        raise_for_failures("facts", dict(results))

    assert ("host-key-changed", "ssh-hangs") == raised.value.causes
    assert all(one.hint in raised.value.hint for one in results.values())
