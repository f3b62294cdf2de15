"""
Two worlds are the same if they differ in nothing but what AWS invents.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from closednet_rehearsal.chaos.cases import KINDS, Case, Target
from closednet_rehearsal.chaos.compare import differences, plain
from closednet_rehearsal.chaos.table import closing, exit_code, line
from closednet_rehearsal.chaos.trial import KILLED, Verdict, attempt


if TYPE_CHECKING:
    from pathlib import Path


def world(*keys: str, port: int = 443, value: str = "a1") -> dict[str, Any]:
    """
    Return a state with security groups and a secret.
    """
    groups = {key: {"name": "endpoints", "port": port} for key in keys}
    secret = {"/site/code": {"type": "SecureString", "value_sha256": value}}
    used = {"222222222222/here/id": {"registrations": port}}
    return {
        "accounts": {"111111111111": {"groups": groups, "parameters": secret}},
        "systems_manager": {"ssm_activations": used},
    }


def test_ids_and_secrets_make_no_difference() -> None:
    """
    The second attempt makes the same thing under another id.
    """
    one, other = (
        world("sg-0123456789abcdef0"),
        world("sg-00000000000000001", value="b2"),
    )

    assert [] == differences(one, other)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (world(), "missing or other"),
        (world("sg-0123456789abcdef0", "sg-00000000000000001"), "too much or other"),
        (world("sg-0123456789abcdef0", port=80), "port"),
    ],
    ids=["lost", "twice", "changed"],
)
def test_a_resource_that_is_lost_twice_or_changed_is_named(
    actual: dict[str, Any], words: str
) -> None:
    """
    With the account and the kind in which it is.
    """
    found = differences(world("sg-0123456789abcdef0"), actual)

    assert found
    assert all("111111111111 groups" in line for line in found)
    assert any(words in line for line in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vpce-01ab31110e4d5c303", "vpce-*"),
        ("rslvr-in-0123456789abcdef0 on eni-0aaaaaaaaaaaaaaaa", "rslvr-in-* on eni-*"),
        ("0c1053d0-0000-4000-8000-000000000001", "id-*"),
        ("closednet-endpoints 10.20.1.27", "closednet-endpoints 10.20.1.27"),
        ("closednet-cafe", "closednet-cafe"),
    ],
)
def test_only_what_aws_invents_is_taken_out(text: str, expected: str) -> None:
    """
    Names that people gave stay.
    """
    assert expected == plain(text)


CASE = Case(Target("activation", "ssm:CreateActivation", "*", 3), KINDS[-1])
GOOD = Verdict(CASE, KILLED, ())
BAD = Verdict(CASE, KILLED, ("left to do: activation/servers",))


def test_the_table_names_what_did_not_converge() -> None:
    """
    The call, what went wrong with it, how the run ended, and what is wrong now.
    """
    sums, *rest = closing([GOOD, BAD], 39, 61.4)

    assert "39 calls, 2 cases, 1 converged, 1 did not; 61 s" == sums
    assert [
        "activation 4 ssm:CreateActivation: killed after it acted (first run: killed)",
        "    left to do: activation/servers",
    ] == rest
    assert line(GOOD).endswith("killed, converged")
    assert line(BAD).endswith("killed, DID NOT CONVERGE")


def test_a_case_that_breaks_proves_nothing(tmp_path: Path) -> None:
    """
    And the next case is tried all the same.
    """

    def branch(_: Path) -> Any:
        raise ConnectionRefusedError("nobody listens")

    done: Any = SimpleNamespace(
        begun=SimpleNamespace(before=SimpleNamespace(branch=branch))
    )
    verdict = attempt(CASE, done, tmp_path)

    assert not verdict.converged
    assert "nobody listens" in verdict.problems[0]


@pytest.mark.parametrize(("verdicts", "code"), [([GOOD], 0), ([GOOD, BAD], 1), ([], 1)])
def test_one_failure_fails_the_whole(verdicts: list[Verdict], code: int) -> None:
    """
    So does having tried nothing.
    """
    assert code == exit_code(verdicts)
