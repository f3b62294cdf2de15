"""
The servers of a site from a file that people keep anyway: CSV or Ansible's.

Whatever it says becomes an ordinary entry of `hosts`, judged like one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field, ValidationError

from closednet.params import inventory_ansible, inventory_csv
from closednet.params.fields import OperatingSystem, Section
from closednet.params.listed import Listed, Reading


if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["csv", "ansible-ini", "ansible-yaml"]
BY_ENDING: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".yaml": "ansible-yaml",
    ".yml": "ansible-yaml",
}


class Defaults(Section):
    """
    What holds for servers of whom the file does not say it.
    """

    os: OperatingSystem | None = Field(None, description="Operating system.")
    arch: Literal["x86_64", "arm64"] | None = Field(None, description="Processor.")
    connector: Literal["ssh", "script"] | None = Field(
        None, description="How they are reached."
    )
    user: str | None = Field(None, description="SSH user.")


class Inventory(Section):
    """
    A file that lists servers, besides those under `hosts`.
    """

    file: str | None = Field(
        None, description="CSV, or a static Ansible inventory, from this file."
    )
    format: Format | None = Field(
        None, description="null: by the ending; .csv, .yaml, .yml, or else INI."
    )
    groups: tuple[str, ...] = Field(
        (), description="Only the servers of these groups; empty: all of them."
    )
    defaults: Defaults = Defaults()


def read(section: Any, folder: Path) -> Reading:
    """
    Return the servers of the file that the section `inventory` names, if any.
    """
    try:
        wanted = Inventory.model_validate(section or {}, strict=False)
    except ValidationError:
        return Reading("")  # the parameters' own report names it
    if wanted.file is None:
        return Reading("")
    path = folder / wanted.file
    reading = Reading(path.name)
    text = _text(path, reading)
    if text is not None:
        _parse(wanted, path, text, reading)
        _complete(wanted, reading)
    return reading


def _text(path: Path, reading: Reading) -> str | None:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as err:
        reading.complain(f"cannot be read: {(err.strerror or '').lower()}")
    except UnicodeDecodeError as err:
        reading.complain(f"is not UTF-8 text (byte {err.start}); save it as UTF-8")
    else:
        if not text.startswith("#!"):
            return text
        reading.complain(
            "is a program: a dynamic inventory. Save what it prints, with"
            " `ansible-inventory --list --yaml --output servers.yaml`, and name that"
        )
    return None


def _parse(wanted: Inventory, path: Path, text: str, reading: Reading) -> None:
    match wanted.format or BY_ENDING.get(path.suffix.lower(), "ansible-ini"):
        case "csv":
            inventory_csv.parse(text, reading)
        case "ansible-yaml":
            inventory_ansible.parse_yaml(text, path.parent, reading)
        case "ansible-ini":
            inventory_ansible.parse_ini(text, path.parent, reading)


def _complete(wanted: Inventory, reading: Reading) -> None:
    known = {group for one in reading.hosts for group in one.members["groups"]}
    for group in wanted.groups:
        if group not in known:
            reading.complain(
                f"has no group {group}; it has: {', '.join(sorted(known)) or 'none'}"
            )
    chosen = set(wanted.groups)
    defaults = wanted.defaults.model_dump(exclude_none=True)
    reading.hosts = [
        Listed(one.line, defaults | one.members)
        for one in reading.hosts
        if not chosen or chosen & set(one.members["groups"])
    ]
    if not reading.hosts and not reading.problems:
        reading.complain("lists no server")
