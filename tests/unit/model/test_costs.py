"""
The monthly bill of a site.
"""

from __future__ import annotations

import pytest

from closednet.model import costs
from tests.unit.model.sites import params_with


def test_every_endpoint_is_charged_in_every_subnet() -> None:
    line = costs.monthly(params_with())[0]

    assert (line.quantity, line.unit_price) == (14, 0.014)
    assert line.monthly_usd == pytest.approx(14 * 730 * 0.014)


def test_advanced_nodes_are_charged_only_where_the_wishes_need_them() -> None:
    wished = costs.monthly(params_with())
    modest = costs.monthly(params_with(wishes__session_manager=False))

    assert [line.account_wide for line in wished].count(True) == 1
    assert not any(line.account_wide for line in modest)
    assert costs.total(modest) < costs.total(wished)


@pytest.mark.parametrize(
    ("wishes", "reasons"),
    [
        ({"session_manager": False}, ()),
        ({"session_manager": True}, ("Session Manager",)),
        (
            {"session_manager": False, "patch_microsoft_applications": True},
            ("patches of Microsoft applications",),
        ),
    ],
)
def test_the_tier_follows_from_the_wishes(
    wishes: dict[str, bool], reasons: tuple[str, ...]
) -> None:
    params = params_with(wishes=wishes)

    assert costs.reasons_for_advanced_tier(params) == reasons
    assert costs.needs_advanced_tier(params) == bool(reasons)


def test_more_than_a_thousand_servers_need_the_tier() -> None:
    host = params_with().hosts[0]
    hosts = tuple(host.model_copy(update={"name": f"h{n}"}) for n in range(1001))
    params = params_with(wishes__session_manager=False)
    many = params.model_copy(update={"hosts": hosts})

    assert costs.reasons_for_advanced_tier(many) == ("more than 1000 servers",)


def test_metrics_are_counted_per_server() -> None:
    params = params_with(cloudwatch__metrics={"mem": ["mem_used_percent"]})

    assert costs.monthly(params)[-1].quantity == 3 * 12


def test_the_total_is_the_sum_of_the_lines() -> None:
    lines = costs.monthly(params_with())

    assert costs.total(lines) == pytest.approx(sum(x.monthly_usd for x in lines))
