"""
Documents say all there is, and nothing that is not there.
"""

from __future__ import annotations

import re
import subprocess
import sys

from pathlib import Path
from typing import Final

import pytest

from closednet import errors, registry
from closednet.cli.commands import COMMANDS
from closednet.cli.main import EXIT_CODES
from closednet.model import handover
from closednet.params.load import load
from closednet.params.schema import json_schema, markdown
from closednet.render import topology
from closednet.site import open_site
from tests.unit.model.sites import params_with


ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
README: Final = (ROOT / "README.md").read_text("utf-8")
OPERATIONS: Final = (DOCS / "operations.md").read_text("utf-8")
PAGES: Final = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md")], key=lambda path: path.as_posix()
)
EXAMPLES: Final = sorted((ROOT / "params").glob("example-*.yaml"))
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
PLACEHOLDER: Final = re.compile(r"(?i)<[^>]+>|\byour[-_]|example\.com|changeme|\bxxx")


def _names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def _classes() -> list[type[errors.ClosednetError]]:
    found = [c for c in vars(errors).values() if isinstance(c, type)]
    return [c for c in found if issubclass(c, errors.ClosednetError)]


def _rows(text: str, heading: str) -> list[list[str]]:
    """
    Return the table rows below a heading, without the head.
    """
    section = text.split(f"{heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


class TestParameters:
    def test_the_page_is_the_generators(self) -> None:
        """`closednet schema --markdown > docs/parameters.md` mends it."""
        assert markdown() == (DOCS / "parameters.md").read_text("utf-8")

    def test_every_key_is_there_with_its_meaning(self) -> None:
        """The JSON schema is another road to the same keys."""
        page = markdown()
        parts = [json_schema(), *json_schema()["$defs"].values()]
        keys = {key for part in parts for key in part.get("properties", {})}

        assert [] == [key for key in sorted(keys) if f"| `{key}` |" not in page]
        assert [] == re.findall(r"^\| `.*\|\s*\|$", page, re.MULTILINE)


class TestPicture:
    def test_it_is_drawn_from_the_rehearsals_parameters(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The drawing in the README is the one that notebook 00 shows."""
        connection = tmp_path / "connection.yaml"
        connection.write_text("simulated: true\n")
        monkeypatch.setenv("CLOSEDNET_CONNECTION", str(connection))
        params = load(ROOT / "params" / "rehearsal.yaml")

        drawn = topology.svg(topology.of(params)) + "\n"

        assert drawn == (DOCS / "network.svg").read_text("utf-8")


class TestMessages:
    @pytest.mark.parametrize("error", _classes(), ids=lambda c: c.__name__)
    def test_every_error_has_a_row_with_its_exit_code(
        self, error: type[errors.ClosednetError]
    ) -> None:
        """What it means and what to do, for the person at night."""
        rows = {row[0].strip("`"): row for row in _rows(OPERATIONS, "## Messages")}

        assert str(error.exit_code) == rows[error.__name__][1]
        assert all(rows[error.__name__])

    def test_no_row_is_about_an_error_of_the_past(self) -> None:
        named = [row[0].strip("`") for row in _rows(OPERATIONS, "## Messages")]

        assert sorted(c.__name__ for c in _classes()) == sorted(
            name for name in named if not name.startswith("---")
        )


class TestCommands:
    def test_exit_codes_are_the_programs(self) -> None:
        shown = dict(re.findall(r"^\| (\d) \| (.+?) \|$", README, re.MULTILINE))
        said = dict(re.findall(r"^  (\d)  (.+)$", EXIT_CODES, re.MULTILINE))

        assert list(said) == list(shown)
        assert [] == [
            code for code in said if said[code].split(",")[0] not in shown[code]
        ]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_is_in_the_readme_or_the_guide(self, name: str) -> None:
        assert f"closednet {name}" in README + OPERATIONS + markdown()

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_helps(self, name: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "closednet", name, "--help"],
            check=False,
            capture_output=True,
            text=True,
        )

        assert 0 == done.returncode
        assert COMMANDS[name].help in done.stdout

    def test_every_command_that_is_named_exists(self) -> None:
        text = README + OPERATIONS + (DOCS / "safety.md").read_text("utf-8")
        named = set(re.findall(r"[`$] ?closednet ([a-z]+)", text))

        assert set() == named - set(COMMANDS)


class TestMake:
    def test_every_target_is_named(self) -> None:
        makefile = (ROOT / "Makefile").read_text("utf-8")
        targets = re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)
        text = README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")

        assert [] == [name for name in targets if f"make {name}" not in text]

    def test_every_named_target_exists(self) -> None:
        makefile = (ROOT / "Makefile").read_text("utf-8")
        pages = "".join(path.read_text("utf-8") for path in PAGES)
        named = set(re.findall(r"[`$] ?make ([a-z-]+)`?", pages))

        assert [] == [n for n in sorted(named) if f"\n{n}:" not in makefile]


class TestGuide:
    @pytest.mark.parametrize("who", ["Network engineer", "Server engineer", "Approver"])
    def test_each_of_three_people_is_walked_through_a_part(self, who: str) -> None:
        part = OPERATIONS.split(f"\n### {who}\n", 1)[1].split("\n#", 1)[0]

        assert 5 <= len(re.findall(r"^\d\. ", part, re.MULTILINE))

    def test_every_file_that_is_handed_over_is_one_that_is_written(self) -> None:
        """Those of owners in other accounts, too."""
        key = f"arn:aws:kms:ap-northeast-1:{'1' * 12}:key/1"
        site = params_with(session__kms_key_arn=key, output__bucket_account="3" * 12)
        named = set(re.findall(r"handover/([a-z0-9-]+\.[a-z]+)", OPERATIONS))

        assert named
        assert set() == named - set(handover.files(site, ()))


class TestExamples:
    def test_there_is_one_for_each_kind_of_site(self) -> None:
        assert ["many-hosts", "one-account", "three-accounts", "two-accounts"] == [
            path.stem.removeprefix("example-") for path in EXAMPLES
        ]

    @pytest.mark.parametrize("path", EXAMPLES, ids=_names(EXAMPLES))
    def test_it_describes_a_whole_site(self, path: Path) -> None:
        """It loads, and every step knows what it wants; nothing is called."""
        site = open_site(path)
        wanted = [registry.build(name, site).desired() for name in registry.NAMES]

        assert site.params.connection.file is None
        assert not site.params.connection.simulated
        assert all(wanted[1:-1])

    @pytest.mark.parametrize("path", EXAMPLES, ids=_names(EXAMPLES))
    def test_it_has_no_placeholders(self, path: Path) -> None:
        assert [] == PLACEHOLDER.findall(path.read_text("utf-8"))

    def test_accounts_are_as_the_names_say(self) -> None:
        accounts = {path.stem: load(path).accounts for path in EXAMPLES}
        same = {
            name: both.network.id == both.management.id
            for name, both in accounts.items()
        }

        assert {
            "example-many-hosts": False,
            "example-one-account": True,
            "example-three-accounts": False,
            "example-two-accounts": False,
        } == same


class TestDocuments:
    @pytest.mark.parametrize("page", PAGES, ids=_names(PAGES))
    def test_links_lead_somewhere(self, page: Path) -> None:
        targets = LINK.findall(page.read_text("utf-8"))
        local = [t.split("#")[0] for t in targets if "://" not in t and t[0] != "#"]

        assert [] == [t for t in local if not (page.parent / t).exists()]

    @pytest.mark.parametrize("page", PAGES, ids=_names(PAGES))
    def test_pages_link_to_pages_of_the_project_only(self, page: Path) -> None:
        """A closed network has no other; the form of the changelog has its source."""
        outside = [t for t in LINK.findall(page.read_text("utf-8")) if "://" in t]

        assert page.name == "CHANGELOG.md" or [] == outside

    def test_every_decision_is_in_the_index(self) -> None:
        index = (DOCS / "adr" / "README.md").read_text("utf-8")
        decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
        listed = re.findall(
            r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \|", index, re.MULTILINE
        )

        assert [(p.name[:4], p.name) for p in decisions] == [row[:2] for row in listed]
        assert [p.read_text("utf-8").splitlines()[0] for p in decisions] == [
            f"# {number} {title}" for number, _, title in listed
        ]

    def test_every_document_is_reached_from_the_readme(self) -> None:
        linked = {(ROOT / t.split("#")[0]).resolve() for t in LINK.findall(README)}

        assert [] == [
            path.name
            for path in sorted(DOCS.glob("*"))
            if path.is_file() and path.resolve() not in linked
        ]

    def test_every_notebook_is_in_the_readme_in_order(self) -> None:
        listed = re.findall(r"^\| \[(\d\d-[a-z-]+)\]", README, re.MULTILINE)

        assert sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb")) == listed
