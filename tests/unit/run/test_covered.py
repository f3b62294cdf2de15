"""
One changed byte of anything that an approval covers is noticed, and named.
"""

from __future__ import annotations

import copy
import json
import shutil

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from closednet.model.approval import differences
from closednet.params.site import SiteParams
from closednet.recorder import NullRecorder
from closednet.run import covered, models
from closednet.site import Site


if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PARAMS = yaml.safe_load((ROOT / "params" / "rehearsal.yaml").read_text("utf-8"))
SINGLE = 6
TARGETS = (
    *("site", "region", "generation", "accounts", "network", "hosts"),
    *("output.bucket", "session.kms_key_arn"),
)


def understood(raw: dict[str, Any]) -> SiteParams:
    return SiteParams.model_validate_json(json.dumps(raw))


@pytest.fixture(name="checkout", scope="module")
def _checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("notebooks", "params"):
        ignored = shutil.ignore_patterns("recorded")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(covered.LIBRARY, folder / "lib" / "closednet", ignore=skipped)
    return folder


@pytest.fixture(name="site")
def _site(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """
    Return a site whose covered files all lie in a checkout of its own.
    """
    monkeypatch.setattr(covered, "LIBRARY", checkout / "lib" / "closednet")
    monkeypatch.setattr(models, "notebooks_folder", lambda: checkout / "notebooks")
    raw = copy.deepcopy(PARAMS)
    raw["approvals"] = {"allowed_signers": "allowed_signers", "required": 1}
    (checkout / "params" / "allowed_signers").write_text("a@example.jp ssh-ed25519 A\n")
    file = checkout / "params" / "rehearsal.yaml"
    return Site(understood(raw), file, NullRecorder(), "run")


def files(site: Site) -> dict[str, Path]:
    """
    Return every covered file by what is said when it changed.
    """
    folder = site.params_file.parent
    named = {
        "parameters: the file": site.params_file,
        "parameters: signing key": folder / "rehearsal-signing-key.asc",
        "parameters: allowed signers": folder / "allowed_signers",
    }
    named |= {f"notebooks: {path.name}": path for path in models.notebooks()}
    library = covered.LIBRARY
    return named | {
        f"library: {path.relative_to(library).as_posix()}": path
        for path in sorted(library.rglob("*"))
        if path.is_file()
    }


def flip(path: Path) -> bytes:
    """
    Change one bit of one byte in the middle of a file; return what it was.
    """
    before = path.read_bytes()
    raw = bytearray(before or b"\0")
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    return before


def test_every_file_is_covered_to_the_byte(site: Site) -> None:
    """All at once: each of hundreds of files is named, and nothing else."""
    approved = covered.covers(site)
    all_files = files(site)
    before = {path: flip(path) for path in all_files.values()}
    found = differences(approved, covered.covers(site))
    for path, raw in before.items():
        path.write_bytes(raw)

    assert sorted(f"{name} was changed" for name in all_files) == sorted(found)
    assert len(found) > 300
    assert approved == covered.covers(site)


def test_one_byte_of_one_file_is_named_alone(site: Site) -> None:
    approved = covered.covers(site)
    named = list(files(site).items())
    for name, path in named[:: len(named) // SINGLE]:
        before = flip(path)
        found = differences(approved, covered.covers(site))
        path.write_bytes(before)
        assert [f"{name} was changed"] == found


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """
    Yield the path of every single value.
    """
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    inner = [leaf for name, item in items for leaf in leaves(item, (*path, name))]
    yield from inner or [path]


def other(value: Any) -> Any:
    """
    Return a value that differs in one character, or in one.
    """
    if isinstance(value, int):
        return value + 1
    text = str(value)
    last = text[-1]
    return text[:-1] + (
        "3" if last.isdigit() and last != "3" else "2" if last.isdigit() else "x"
    )


def test_every_value_of_every_target_is_covered(site: Site) -> None:
    """Whatever says where something is changed is noticed without the file, too."""
    told = json.loads(site.params.model_dump_json())
    approved = {
        n: d for n, d in covered.covers(site).items() if n.startswith("targets")
    }
    unnoticed = []
    for name in TARGETS:
        part: Any = told
        keys = tuple(name.split("."))
        for key in keys:
            part = part[key]
        for leaf in leaves(part, keys):
            changed = copy.deepcopy(told)
            place: Any = changed
            for key in leaf[:-1]:
                place = place[key]
            if not place[leaf[-1]]:
                continue
            place[leaf[-1]] = other(place[leaf[-1]])
            # Only what it is digested from counts here, not whether it would be valid.
            params = SiteParams.model_construct(**_constructed(changed))
            if approved == dict(covered.targets(params)):
                unnoticed.append(leaf)

    assert [] == unnoticed


def _constructed(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _model(field.annotation, raw[name])
        for name, field in SiteParams.model_fields.items()
    }


def _model(annotation: Any, value: Any) -> Any:
    """
    Return a section without judging it.
    """
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = annotation.__args__[0]
        return tuple(_model(inner, item) for item in value)
    if isinstance(value, dict) and hasattr(annotation, "model_fields"):
        fields = annotation.model_fields.items()
        held = {n: _model(f.annotation, value[n]) for n, f in fields if n in value}
        return annotation.model_construct(**held)
    return tuple(value) if isinstance(value, list) else value
