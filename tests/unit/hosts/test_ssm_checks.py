from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.hosts.facts import HostFacts, parse
from closednet.hosts.nodes import at_least, by_host, several
from closednet.hosts.ssm_checks import Reached, Seen, checks, reached
from tests.contract.hosts.rollout import FakeNode
from tests.unit.hosts.sites import KEY, host, params


if TYPE_CHECKING:
    from closednet.model.report import Check


NODE = FakeNode("mi-0123456789abcdef0", "web01.example.com", "192.0.2.1")
GOOD = Reached("ssm", "ssm.ap-northeast-1.amazonaws.com", ("10.20.1.4",), answers=True)


def facts(name: str = "web01", machine_id: str = "m1", **marks: str) -> HostFacts:
    lines = {"os_id": "ubuntu", "machine_id": machine_id, "complete": "yes"} | {
        f"mark_{k}": v for k, v in marks.items()
    }
    text = "".join(f"closednet: {k}={v}\n" for k, v in lines.items())
    return parse(name, text)


SIGNED = facts(ssm_agent_package=f"site=dc1 key={KEY} sha256=0")


def failed(
    node: FakeNode | None = NODE, fact: HostFacts = SIGNED, row: Reached = GOOD
) -> list[Check]:
    seen = Seen({"web01": fact}, {"web01": (row,)}, (node,) if node else ())
    return [check for check in checks(params(), seen) if not check.passed]


def test_a_good_server_passes_and_proves_its_requirements() -> None:
    assert failed() == []
    seen = Seen({"web01": SIGNED}, {"web01": (GOOD,)}, (NODE,))
    proven = {proof for check in checks(params(), seen) for proof in check.proves}
    assert {"S1", "S8", "S10", "S11"} <= proven


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (replace(GOOD, addresses=()), "has no address"),
        (replace(GOOD, addresses=("203.0.113.9",)), "outside 10.20.0.0/16"),
        (replace(GOOD, answers=False), "does not answer on port 443"),
    ],
)
def test_a_broken_path_says_where(row: Reached, words: str) -> None:
    (check,) = failed(row=row)
    assert words in check.evidence
    assert check.proves[0] == "S1"


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (replace(NODE, ping_status="ConnectionLost"), "ConnectionLost"),
        (replace(NODE, iam_role="other"), "role other"),
        (replace(NODE, agent_version="3.3.9.0"), "version 3.3.9.0"),
    ],
)
def test_a_bad_node_is_found(node: FakeNode, words: str) -> None:
    (check,) = failed(node)
    assert words in check.evidence


def test_a_missing_node_is_found() -> None:
    assert "AWS does not list it" in [check.evidence for check in failed(None)]


def test_another_signature_is_found() -> None:
    (check,) = failed(fact=facts(ssm_agent_package="site=dc1 key=B"))
    assert "signature of B" in check.evidence


def test_an_adopted_agent_is_no_claim_of_ours() -> None:
    assert failed(fact=facts()) == []


def test_a_wrong_clock_is_found_and_not_measured() -> None:
    (check,) = failed(fact=replace(SIGNED, clock_skew_s=-400.0))
    assert check.evidence == "5 minutes off, or more"


def test_a_server_that_is_listed_twice_is_found() -> None:
    lost = replace(NODE, node_id="mi-0fffffffffffffff0", ping_status="Lost")
    hosts = [host("web01")]
    assert by_host(hosts, [NODE, lost])["web01"] == NODE
    assert several(hosts, [NODE, lost]) == {"web01": (NODE.node_id, lost.node_id)}


def test_reach_lines_are_read() -> None:
    assert reached(["ssm ssm.x 10.20.1.4,10.20.2.4 answers", "kms kms.x none -"]) == (
        Reached(
            "ssm", "ssm.x", ("10.20.1.4", "10.20.2.4"), answers=True, verdict="answers"
        ),
        Reached("kms", "kms.x", (), answers=False, verdict="-"),
    )


def test_versions_are_compared_by_their_numbers() -> None:
    assert at_least("3.3.1230.0", "3.3.987.0")
    assert not at_least("3.3.9.0", "3.3.10.0")
