"""
The scaffolding keeps its promises to people who clone the project.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from packaging.requirements import Requirement

from tests.project.files import ROOT, texts


# The exact numbers: whoever adds or removes one says so here.
RATCHETS = {
    r"# no[q]a": 158,
    r"# type: igno[r]e": 21,
    r"pragma: no co[v]er": 0,
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = [
    "env",
    "fmt",
    "lint",
    "type",
    "layers",
    "unit",
    "laws",
    "rehearsal",
    "notebooks",
    "recorded",
    "docs",
    "browser",
    "test",
    "check",
    "rehearse",
    "lab",
    "record",
    "report",
    "clean",
]


def direct() -> list[Requirement]:
    """
    Return the direct dependencies of the project with all its extras.
    """
    extras = PROJECT["optional-dependencies"].values()
    return [
        Requirement(line)
        for lines in (PROJECT["dependencies"], *extras)
        for line in lines
    ]


def locked() -> dict[str, list[str]]:
    """
    Return the versions in the lock by name.
    """
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


class TestLock:
    def test_every_package_has_hashes(self) -> None:
        packages = re.split(r"\n(?=[a-z])", LOCK.strip())

        assert all("--hash=sha256:" in package for package in packages)

    def test_it_names_no_place(self) -> None:
        """Whoever installs says from where."""
        assert "://" not in LOCK
        assert "index" not in re.sub(r"(?m)^[a-z0-9.-]+==.*$", "", LOCK)

    def test_it_holds_every_direct_dependency_within_its_bounds(self) -> None:
        outside = [
            str(requirement)
            for requirement in direct()
            if not any(
                version in requirement.specifier
                for version in locked().get(requirement.name.lower(), [])
            )
        ]

        assert [] == outside

    def test_bounds_have_an_upper_end(self) -> None:
        open_ended = [str(r) for r in direct() if "<" not in str(r.specifier)]

        assert [] == open_ended


class TestConda:
    def test_it_is_in_step_with_the_lock(self) -> None:
        """Conda users get the versions that are tested, by name."""
        environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
        *names, last = environment["dependencies"][-1]["pip"]

        assert "-e ." == last
        assert [
            f"{line.name}{extras(line)}=={locked()[line.name.lower()][0]}"
            for line in direct()
        ] == names

    def test_python_is_one_that_we_support(self) -> None:
        environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))

        assert ["python=3.11", "pip"] == environment["dependencies"][:2]
        assert ">=3.11" == PROJECT["requires-python"]


def extras(requirement: Requirement) -> str:
    """
    Return the extras of a requirement, in brackets.
    """
    names = ",".join(sorted(requirement.extras))
    return f"[{names}]" if names else ""


class TestMake:
    def test_every_target_says_what_it_does(self) -> None:
        (phony,) = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
        documented = re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE)

        assert sorted(phony.replace("\\\n", " ").split()) == sorted(documented)
        assert set(TARGETS) <= set(documented)

    def test_help_shows_them(self) -> None:
        shown = subprocess.run(
            ["make", "-s", "help"], check=True, capture_output=True, text=True, cwd=ROOT
        ).stdout

        assert all(
            re.search(rf"^  {target} ", shown, re.MULTILINE) for target in TARGETS
        )

    def test_what_uses_the_environment_makes_it_first(self) -> None:
        rules = re.findall(
            r"^([a-z-]+):(.*?)##.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE
        )
        using = [
            (name, needs.split())
            for name, needs, recipe in rules
            if "$(BIN)" in recipe or "$(PYTEST)" in recipe
        ]

        assert using
        assert [] == [name for name, needs in using if not {"env", "lint"} & set(needs)]


@pytest.mark.parametrize("pattern", RATCHETS)
def test_exceptions_are_counted(pattern: str) -> None:
    """Each is a debt; the table in this file is the ledger."""
    places = [
        f"{name}:{number}"
        for name, text in texts().items()
        if name.endswith((".py", ".ipynb", ".toml"))
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]

    assert RATCHETS[pattern] == len(places), "\n".join(places)


def test_hooks_need_nothing_from_outside() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))

    assert ["local"] == [repo["repo"] for repo in hooks["repos"]]
    assert all(hook["language"] == "system" for hook in hooks["repos"][0]["hooks"])


def test_layers_hold() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command",
    ]
    done = subprocess.run(
        [*command[:2], f"{command[2]}; lint_imports_command()"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert 0 == done.returncode, done.stdout


def test_decisions_are_indexed_and_short() -> None:
    folder = ROOT / "docs/adr"
    decisions = sorted(path for path in folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text("utf-8")

    assert [] == [path.name for path in decisions if f"({path.name})" not in index]
    assert [] == [
        path.name
        for path in decisions
        if len(path.read_text("utf-8").splitlines()) > 60
    ]
