"""
Secrets in a file that nobody else may read.
"""

from __future__ import annotations

import stat

from typing import TYPE_CHECKING

import pytest

from closednet.aws.secret_file import FileStore
from closednet.errors import PreconditionError
from closednet.redact import Secret


if TYPE_CHECKING:
    from pathlib import Path


def put(store: FileStore, name: str, value: str) -> None:
    store.put(name, Secret(value, name=name), "described", {"a": "tag"})


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "site.json"


def test_what_was_put_comes_back_as_a_secret(path: Path) -> None:
    put(FileStore(path), "one", "value-of-one")
    put(FileStore(path), "two", "value-of-two")
    found = FileStore(path).get("one")

    assert found is not None
    assert found.reveal() == "value-of-one"
    assert "value-of-one" not in repr(found)


def test_file_and_folder_are_closed_to_others(path: Path) -> None:
    put(FileStore(path), "one", "value-of-one")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize("part", ["file", "folder"])
def test_looser_modes_are_refused(path: Path, part: str) -> None:
    put(FileStore(path), "one", "value-of-one")
    loose = path if part == "file" else path.parent
    loose.chmod(loose.stat().st_mode | 0o040)
    with pytest.raises(PreconditionError, match="others might read") as caught:
        FileStore(path).get("one")

    assert f"{loose}" in str(caught.value)
    assert "chmod" in caught.value.hint


def test_an_existing_open_folder_is_refused_before_anything_is_written(
    path: Path,
) -> None:
    path.parent.mkdir(mode=0o755)
    with pytest.raises(PreconditionError):
        put(FileStore(path), "one", "value-of-one")

    assert list(path.parent.iterdir()) == []


def test_the_file_goes_with_its_last_secret(path: Path) -> None:
    store = FileStore(path)
    put(store, "one", "value-of-one")
    put(store, "two", "value-of-two")
    store.delete("one")
    store.delete("one")
    assert (store.exists("one"), store.exists("two")) == (False, True)

    store.delete("two")
    assert not path.exists()
    assert store.get("two") is None
