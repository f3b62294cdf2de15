"""
The layouts that `make layouts` rolls out are well described, and differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet import engine, registry
from closednet.params.load import load
from closednet.site import open_site
from closednet_rehearsal import layouts


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.model.change import Spec


@pytest.fixture(name="quiet", autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = tmp_path / "connection.yaml"
    connection.write_text("simulated: true\n", "utf-8")
    monkeypatch.setenv("CLOSEDNET_CONNECTION", str(connection))
    monkeypatch.chdir(layouts.__file__.rpartition("/lib/")[0])


@pytest.mark.parametrize("name", layouts.LAYOUTS)
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
