"""
The desk hands out answers in order, lists what is missing, and never a write too soon.
"""

from __future__ import annotations

import subprocess

import pytest

from closednet.errors import EvidenceError, HandsNeededError
from closednet.model.desk import Answer, Desk, Stopping, block, pasted


def _answered(desk: Desk) -> dict[str, Answer]:
    """
    Answer everything that is missing with its own command.
    """
    return desk.answers | {
        label: Answer(command, 0) for label, command in desk.missing.items()
    }


def test_reads_are_listed_together_and_handed_out_again() -> None:
    desk = Desk()
    assert [None, None] == [desk.ask(k, k, writes=False) for k in ("aa", "bb")]
    desk.begin(_answered(desk))

    assert "aa" == getattr(desk.ask("aa", "aa", writes=False), "output", "")
    assert "bb" == getattr(desk.ask("bb", "bb", writes=False), "output", "")
    assert {} == desk.missing


def test_the_same_question_again_is_another_question() -> None:
    """Whoever waits looks again; the first answer is not the second."""
    desk = Desk()
    desk.ask("aa", "look", writes=False)
    desk.begin(_answered(desk))
    desk.ask("aa", "look", writes=False)

    assert desk.ask("aa", "look", writes=False) is None
    assert 1 == len(desk.missing)


def test_a_write_waits_for_the_reads_before_it() -> None:
    """Whether it is needed may depend on them."""
    desk = Desk()
    desk.ask("aa", "look", writes=False)

    with pytest.raises(HandsNeededError):
        desk.ask("bb", "write", writes=True)
    assert ["look"] == list(desk.missing.values())


def test_writes_of_one_sort_are_listed_together() -> None:
    desk = Desk()
    for name in ("aa", "bb"):
        desk.enter(f"create {name}")
        with Stopping(desk):
            desk.ask(name, f"make {name}", writes=True)

    assert ["make aa", "make bb"] == list(desk.missing.values())


def test_what_is_read_after_a_write_is_read_anew() -> None:
    """The answer from before would be stale; that of another resource is not."""
    desk = Desk()
    for name in ("one", "two"):
        desk.enter(f"create {name}")
        desk.ask("aa", "look", writes=False)
    answers = _answered(desk)
    desk.begin(answers)
    desk.enter("create one")
    desk.ask("aa", "look", writes=False)
    with Stopping(desk):
        desk.ask("bb", "write", writes=True)
    desk.begin(_answered(desk))
    desk.enter("create one")
    desk.ask("aa", "look", writes=False)
    desk.ask("bb", "write", writes=True)
    fresh = desk.ask("aa", "look", writes=False)
    desk.enter("create two")
    other = desk.ask("aa", "look", writes=False)

    assert fresh is None
    assert other is not None


def test_an_answer_that_was_none_is_asked_for_again() -> None:
    desk = Desk()
    desk.ask("aa", "look", writes=False)
    desk.begin(_answered(desk))
    desk.ask("aa", "look", writes=False)
    desk.forget("aa")

    assert desk.dropped
    assert {} == desk.answers


def test_nobody_sleeps_while_something_is_missing() -> None:
    desk = Desk()
    desk.pause(3600)
    desk.ask("aa", "look", writes=False)

    with pytest.raises(HandsNeededError):
        desk.pause(3600)


def test_outputs_are_found_again_between_their_marks() -> None:
    """Through a real shell, with an error and with output that has no end of line."""
    script = block("0a1b.1", "printf 'no end'") + block("0a1b.2", "echo bad; (exit 7)")
    done = subprocess.run(
        ["/bin/sh"], input=script, capture_output=True, text=True, check=True
    )

    assert {"0a1b.1": Answer("no end", 0), "0a1b.2": Answer("bad", 7)} == (
        pasted(f"$ sh script.sh\n{done.stdout}\n$ ".replace("\n", "\r\n"))
    )


@pytest.mark.parametrize("text", ["", "nothing", "== closednet 0a.1 ==\nno end"])
def test_half_an_output_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError, match="lines with == are missing"):
        pasted(text)
