"""
The layouts that `make layouts` rolls out are well described, and differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet import engine, registry
from closednet.evidence import codec
from closednet.model.plan import RolloutPlan
from closednet.params.load import load
from closednet.site import open_site
from closednet_rehearsal import example_sites, layouts


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.model.change import Spec


@pytest.fixture(name="quiet", autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = tmp_path / "connection.yaml"
    connection.write_text("simulated: true\n", "utf-8")
    monkeypatch.setenv("CLOSEDNET_CONNECTION", str(connection))
    monkeypatch.chdir(layouts.__file__.rpartition("/lib/")[0])


EXAMPLES = (
    *("example many-hosts", "example one-account"),
    *("example three-accounts", "example two-accounts"),
)


@pytest.mark.parametrize("name", [*layouts.LAYOUTS, *EXAMPLES])
def test_a_layout_is_planned_whole_from_an_empty_network(
    name: str, tmp_path: Path
) -> None:
    site = open_site(layouts.described(name, tmp_path))
    for step in registry.NAMES:
        built = registry.build(step, site)
        plan = engine.plan(built, {}, site.scope)
        wanted: list[Spec] = list(built.desired())
        assert {spec.key for spec in wanted} <= {
            engine.spec_of(change).key for change in plan.changes
        }
    documents = registry.operator_policies(site)
    three = site.params.accounts.dns is not None
    assert {"network", "management", *(["dns"] if three else [])} == set(documents)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plan_of_an_example_is_read_back_as_it_was_written(
    name: str, tmp_path: Path
) -> None:
    """
    An approval is worth nothing whose plan cannot be read: waves have specs of their own.
    """
    site = open_site(layouts.described(name, tmp_path))
    steps = [registry.build(step, site) for step in registry.NAMES]
    plans = tuple(engine.plan(step, {}, site.scope) for step in steps)
    rollout = RolloutPlan(site.scope, plans)
    file = tmp_path / "plan.json"
    codec.write_plan(file, rollout)

    assert rollout == codec.read_plan(file)


def test_every_example_is_rehearsed_with_what_it_chooses(tmp_path: Path) -> None:
    assert EXAMPLES == example_sites.names()
    many, one, three, two = (load(layouts.described(n, tmp_path)) for n in EXAMPLES)

    assert (1, 10, 25) == many.rollout.waves
    assert 60 == len(many.hosts)
    assert one.accounts.network == one.accounts.management
    assert ("article-2022", "file") == (one.profile, one.activation.secret_store)
    assert three.accounts.dns is not None
    assert "narrow" == three.name_resolution.forwarding
    assert ["sap"] == [group.name for group in two.cloudwatch.groups]
    assert ("sap",) == two.hosts[0].groups


def test_profiles_differ_where_nothing_is_said(tmp_path: Path) -> None:
    article, current = (
        load(layouts.described(f"profile {name}", tmp_path))
        for name in ("article-2022", "current")
    )

    assert ("iam-user", "ssm-role") == (
        article.cloudwatch.credentials,
        current.cloudwatch.credentials,
    )
    assert "ec2messages" in article.endpoints.services
    assert "ec2messages" not in current.endpoints.services
