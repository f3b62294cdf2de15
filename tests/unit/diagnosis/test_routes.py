"""
Which route leads back to the site.
"""

from __future__ import annotations

import pytest

from closednet.aws.surroundings import Route
from closednet.diagnosis.packets import is_private_way, way_back


TRANSIT = Route("192.168.0.0/16", "tgw-1", active=True)
DEFAULT = Route("0.0.0.0/0", "igw-1", active=True)
LOCAL = Route("10.0.0.0/16", "local", active=True)


def test_the_most_specific_route_counts() -> None:
    assert TRANSIT == way_back("192.168.10.0/24", [DEFAULT, TRANSIT, LOCAL])
    assert DEFAULT == way_back("172.16.0.0/12", [DEFAULT, TRANSIT, LOCAL])
    assert way_back("172.16.0.0/12", [TRANSIT, LOCAL]) is None


def test_a_route_to_a_part_of_the_site_is_not_enough() -> None:
    assert way_back("192.168.0.0/15", [TRANSIT]) is None


@pytest.mark.parametrize("target", ["igw-1", "nat-1", "local", "nowhere"])
def test_the_internet_is_no_private_way(target: str) -> None:
    assert not is_private_way(Route("0.0.0.0/0", target, active=True))


def test_a_black_hole_is_no_way() -> None:
    assert is_private_way(TRANSIT)
    assert not is_private_way(Route("192.168.0.0/16", "tgw-1", active=False))
