from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.batch.sites import listing
from closednet.errors import ParamsError


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Describe = Callable[..., Path]

MISTAKE = ("os: rhel", "os: redhat")
ANOTHER = ("10.20.1.10", "10.20.1.1")


def test_a_folder_stands_for_its_sites_and_not_for_their_connections(
    describe: Describe,
) -> None:
    folder = [describe("osaka-1"), describe("tokyo-1")][0].parent

    found = listing.read([str(folder)])

    assert ("osaka-1", "tokyo-1") == tuple(one.site for one in found.sites)
    assert () == found.problems
    assert all(one.simulated for one in found.sites)


def test_a_pattern_stands_for_what_it_matches(describe: Describe) -> None:
    folder = [describe("osaka-1"), describe("tokyo-1")][0].parent

    assert [folder / "tokyo-1.yaml"] == list(listing.find([f"{folder}/tok*.yaml"]))


def test_a_file_named_twice_is_one_site(describe: Describe) -> None:
    path = describe("tokyo-1")

    assert 1 == len(listing.read([str(path), str(path.parent)]).sites)


def test_a_name_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"nowhere/\*\.yaml leads to no"):
        listing.find([f"{tmp_path}/nowhere/*.yaml"])


def test_all_problems_of_all_files_are_one_report(describe: Describe) -> None:
    folder = describe("osaka-1", ANOTHER).parent
    describe("nagoya-1")
    describe("tokyo-1", MISTAKE)
    (folder / "empty.yaml").write_text("")

    with pytest.raises(ParamsError) as caught:
        listing.read([str(folder)]).require_sound()

    said = str(caught.value)
    assert "3 of 4 files have 3 problem(s), and no site was begun" in said
    for place in ("osaka-1.yaml: network", "tokyo-1.yaml: hosts[2].os", "empty"):
        assert place in said


def test_one_site_described_twice_is_a_problem(describe: Describe) -> None:
    folder = [describe("tokyo-1"), describe("tokyo-1", name="z")][0].parent

    ((_, (problem,)),) = listing.read([str(folder)]).problems

    assert "site tokyo-1 is described by tokyo-1.yaml, too" in problem.message
