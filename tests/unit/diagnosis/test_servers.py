"""
What a server's own look says, and what it leaves open.
"""

from __future__ import annotations

import pytest

from closednet.diagnosis import servers
from closednet.hosts.ssm_checks import Reached, reached


NAME = "ssm.ap-northeast-1.amazonaws.com"
ADDRESSES = ("10.20.1.21", "10.20.2.21")
RIGHT = {NAME: frozenset(ADDRESSES)}


def row(
    verdict: str, issuer: str = "", addresses: tuple[str, ...] = ADDRESSES
) -> Reached:
    """
    Return what a server reports of one name.
    """
    return Reached("ssm", NAME, addresses, verdict == "answers", verdict, issuer)


@pytest.mark.parametrize(
    ("seen", "causes"),
    [
        (row("answers"), ()),
        (row("silent"), ("firewall-drops-https",)),
        (row("stalls"), ("large-packets-lost",)),
        (row("proxied"), ("proxy-in-the-way",)),
        (row("untrusted", "CN=Site Proxy CA"), ("tls-intercepted",)),
        (row("untrusted", "C=US, O=Amazon, CN=M02"), ("amazon-roots-missing",)),
        (row("answers", addresses=("10.20.77.7",)), ("server-resolves-otherwise",)),
        (row("-", addresses=()), ("server-resolves-otherwise",)),
    ],
    ids=lambda value: value.verdict if isinstance(value, Reached) else None,
)
def test_each_look_names_one_cause(seen: Reached, causes: tuple[str, ...]) -> None:
    found = servers.of_reach("web01", [seen, seen], RIGHT, names_in_order=True)

    assert causes == found.causes
    assert len(causes) == len(found.named), "the same thing is said once a server"
    assert not found.left_open


def test_a_refusal_is_left_open() -> None:
    """A firewall that rejects and a wrong proxy look alike."""
    found = servers.of_reach("web01", [row("refused")], RIGHT, names_in_order=True)

    assert not found.named
    assert {"firewall-drops-https", "proxy-in-the-way"} == set(found.left_open)
    assert "does not single out one cause" in found.text


def test_without_an_issuer_inspection_and_old_roots_stay_open() -> None:
    found = servers.of_reach("web01", [row("untrusted")], RIGHT, names_in_order=True)

    assert not found.named
    assert {"tls-intercepted", "amazon-roots-missing"} == set(found.left_open)


def test_a_server_is_not_blamed_for_names_that_are_wrong_for_all() -> None:
    wrong = row("silent", addresses=("198.51.100.7",))

    found = servers.of_reach("web01", [wrong], RIGHT, names_in_order=False)

    assert not found


def test_reports_of_older_scripts_are_read() -> None:
    """A person may hand back what an older script printed."""
    (one,) = reached([f"ssm {NAME} 10.20.1.21 silent"])

    assert ("silent", "", False) == (one.verdict, one.issuer, one.answers)
