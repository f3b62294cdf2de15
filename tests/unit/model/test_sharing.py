"""
Sites of one account say what they use, and leave standing what others use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.model import network_design, s3_names, sharing
from closednet.model.change import Update
from closednet.model.neighbour_risks import changes_preferences, neighbour_risks
from closednet.model.specs.management import (
    TIER_SETTING,
    AccessKey,
    CloudWatchUser,
    LogGroup,
    Role,
    RolePolicy,
    ServiceSetting,
    SessionPreferences,
)
from tests.unit.model.sites import params_with


if TYPE_CHECKING:
    from closednet.model.change import Spec
    from closednet.params.site import SiteParams


KEY = "arn:aws:kms:ap-northeast-1:222222222222:key/0c1053d0-0000-4000-8000-000000000001"
OURS = params_with()
NEXT = params_with(site="next-door")
PREFERENCES = SessionPreferences(KEY, "/closednet/sessions", None, None, None)
OF_THE_ACCOUNT = [
    Role("closednet-managed-node", "", ""),
    RolePolicy("closednet-managed-node", "closednet-operations", ""),
    LogGroup("messages", 5),
    LogGroup("/closednet/sessions", 90),
    ServiceSetting(TIER_SETTING, "advanced"),
    PREFERENCES,
]
SPECS = [
    *OF_THE_ACCOUNT,
    *network_design.security_groups(OURS),
    *network_design.interface_endpoints(OURS),
    network_design.inbound_endpoint(OURS),
    *network_design.forwarding_rules(OURS),
    *s3_names.desired(OURS),
]
MOVED = params_with(
    network__vpc_id="vpc-0fffffffffffffff1",
    network__dns_servers=["192.168.99.53"],
    network__subnets=[
        subnet | {"inbound_ip": ip}
        for subnet, ip in zip(
            OURS.model_dump(mode="json")["network"]["subnets"],
            ("10.20.1.77", "10.20.2.77"),
            strict=True,
        )
    ],
)


def marks_of(*sites: SiteParams) -> dict[str, frozenset[str] | None]:
    return {
        f"site-{number}": sharing.marks_in(sharing.tags(sharing.uses(params)))
        for number, params in enumerate(sites)
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_what_a_site_in_the_same_vpc_uses_stays(spec: Spec) -> None:
    reason = sharing.needed(spec, OURS, marks_of(NEXT))

    assert "stays: site site-0 uses it" in reason
    assert ("used", "site-0") == sharing.who(reason)
    assert "" == sharing.needed(spec, OURS, {})


@pytest.mark.parametrize("spec", SPECS[len(OF_THE_ACCOUNT) :], ids=lambda s: s.key)
def test_a_site_in_another_vpc_keeps_nothing_of_the_network(spec: Spec) -> None:
    assert "" == sharing.needed(spec, OURS, marks_of(MOVED))


@pytest.mark.parametrize(
    "spec",
    [
        ServiceSetting(TIER_SETTING, "standard"),
        SessionPreferences("another key", "/closednet/sessions", None, None, None),
        LogGroup("another", 5),
        Role("another", "", ""),
        AccessKey("u", "s"),
        CloudWatchUser("closednet-cloudwatch-agent", ""),
    ],
    ids=lambda spec: spec.key,
)
def test_what_the_other_site_does_not_use_may_go(spec: Spec) -> None:
    """
    The tier it does not need, preferences that are not its own, groups it lacks.
    """
    assert "" == sharing.needed(spec, OURS, marks_of(NEXT))


def test_a_site_without_sessions_needs_neither_tier_nor_preferences() -> None:
    plain = params_with(wishes__session_manager=False)
    tier = ServiceSetting(TIER_SETTING, "advanced")

    assert "" == sharing.needed(tier, OURS, marks_of(plain))
    assert "" == sharing.needed(PREFERENCES, OURS, marks_of(plain))
    assert sharing.needed(tier, OURS, marks_of(plain, NEXT))


def test_a_site_that_does_not_say_may_need_all_that_can_be_shared() -> None:
    reason = sharing.needed(LogGroup("messages", 5), OURS, {"old": None})

    assert "site old, which does not say what it uses, may" in reason
    assert ("may", "old") == sharing.who(reason)
    assert "" == sharing.needed(AccessKey("u", "s"), OURS, {"old": None})


def test_marks_fit_into_tags_however_many_there_are() -> None:
    used = [f"log-group/{number}" for number in range(100)]
    told = sharing.tags(used)

    assert all(len(value) <= 256 for value in told.values())
    assert frozenset(map(sharing.mark, used)) == sharing.marks_in(told)
    assert frozenset() == sharing.marks_in(sharing.tags([]))
    fewer = told | sharing.tags(used[:3])
    assert frozenset(map(sharing.mark, used[:3])) == sharing.marks_in(fewer)
    assert sharing.marks_in({}) is None


@pytest.mark.parametrize(
    ("key", "idle", "sites"), [(KEY, "5", []), ("another key", "20", ["site-0"])]
)
def test_who_changes_preferences_that_others_need_is_told(
    key: str, idle: str, sites: list[str]
) -> None:
    """
    Another time-out is nobody's business; another key is every session's.
    """
    new = SessionPreferences(key, "/closednet/sessions", None, None, idle)
    changes = (Update(PREFERENCES, new),)
    found = list(neighbour_risks(OURS, changes, marks_of(NEXT)))

    assert changes_preferences(changes)
    assert sites == [risk.facts["sites"] for risk in found]
    assert [] == list(neighbour_risks(OURS, changes, {}))
