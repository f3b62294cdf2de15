from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from closednet.batch.sites import approved
from closednet.batch.sites.approved import BatchPlan
from closednet.batch.sites.listing import Listed
from closednet.errors import ApprovalError, EvidenceError, StalePlanError


if TYPE_CHECKING:
    from pathlib import Path

DIGESTS = {"osaka": "0a" * 10, "tokyo": "1b" * 10}


def _sites(evidence: Path, *names: str) -> list[Listed]:
    for name in names:
        plans = evidence / name / "plans"
        plans.mkdir(parents=True)
        (plans / f"{DIGESTS[name]}.json").write_text("{}")
    return [Listed(n, evidence / f"{n}.yaml", evidence, simulated=True) for n in names]


@pytest.fixture(name="sites")
def _both(tmp_path: Path) -> list[Listed]:
    return _sites(tmp_path, "osaka", "tokyo")


def test_the_digest_depends_on_every_site_and_not_on_their_order() -> None:
    plan = BatchPlan(DIGESTS)
    turned = BatchPlan(dict(reversed(DIGESTS.items())))

    assert plan.digest == turned.digest
    assert plan.digest != BatchPlan(DIGESTS | {"tokyo": "2c" * 10}).digest
    assert plan.digest != BatchPlan({"osaka": DIGESTS["osaka"]}).digest


def test_one_digest_approves_all_sites_of_the_batch(
    sites: list[Listed], tmp_path: Path
) -> None:
    plan = BatchPlan(DIGESTS)
    plan.write(tmp_path / "records" / plan.digest)

    found = approved.resolve([plan.digest], sites, tmp_path / "records", None)

    assert DIGESTS == found.sites


def test_it_approves_some_of_its_sites_too(sites: list[Listed], tmp_path: Path) -> None:
    plan = BatchPlan(DIGESTS)
    plan.write(tmp_path / plan.digest)

    found = approved.resolve([plan.digest], sites[1:], tmp_path, None)

    assert {"tokyo": DIGESTS["tokyo"]} == found.sites


def test_one_digest_a_site_does_as_well(sites: list[Listed], tmp_path: Path) -> None:
    found = approved.resolve(list(DIGESTS.values()), sites, tmp_path, None)

    assert DIGESTS == found.sites


def test_a_plan_from_another_machine_is_brought_along(
    sites: list[Listed], tmp_path: Path
) -> None:
    plan = BatchPlan(DIGESTS)
    plan.write(tmp_path / "brought")

    found = approved.resolve([plan.digest], sites, tmp_path, tmp_path / "brought")

    assert DIGESTS == found.sites


def test_a_site_that_nobody_approved_is_named_before_any_begins(
    sites: list[Listed], tmp_path: Path
) -> None:
    with pytest.raises(ApprovalError, match="nobody approved tokyo yet"):
        approved.resolve([DIGESTS["osaka"]], sites, tmp_path, None)


def test_an_unknown_digest_is_refused(sites: list[Listed], tmp_path: Path) -> None:
    with pytest.raises(StalePlanError, match="under 9999"):
        approved.resolve(["9999"], sites, tmp_path, None)


def test_two_digests_for_one_site_are_refused(
    sites: list[Listed], tmp_path: Path
) -> None:
    (tmp_path / "osaka/plans/77.json").write_text("{}")

    with pytest.raises(ApprovalError, match="two digests were given for osaka"):
        approved.resolve([*DIGESTS.values(), "77"], sites, tmp_path, None)


def test_an_edited_plan_is_refused(tmp_path: Path) -> None:
    path = BatchPlan(DIGESTS).write(tmp_path)
    content = json.loads(path.read_text())
    content["sites"]["kyoto"] = "3d" * 10
    path.write_text(json.dumps(content))

    with pytest.raises(EvidenceError, match="was edited"):
        approved.read(path)
