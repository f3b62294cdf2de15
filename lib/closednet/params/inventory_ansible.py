"""
Servers from a static Ansible inventory, INI or YAML, with its variables' folders.

Ansible itself is not needed. What only Ansible could find out (programs, plug-ins,
templates, vaults) is refused where it matters, never guessed.
"""

from __future__ import annotations

import re

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet.params import ansible_ini, yaml_text
from closednet.params.ansible_tree import Tree, depths_of, groups_of
from closednet.params.listed import Listed


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.params.listed import Reading

OURS: Final = {
    "closednet_os": "os",
    "closednet_arch": "arch",
    "closednet_connector": "connector",
    "ansible_user": "user",
    "ansible_host": "address",
}
BY_HAND: Final = frozenset({"winrm", "psrp"})
BY_SSH: Final = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh"})
SSH_PORT: Final = "22"
IMPLICIT: Final = frozenset({"all", "ungrouped"})
ENDINGS: Final = ("", ".yml", ".yaml")


def parse_ini(text: str, folder: Path, reading: Reading) -> None:
    """
    Put the servers of an INI inventory into `reading`.
    """
    tree = Tree()
    ansible_ini.parse(text, tree, reading)
    _flatten(tree, folder, reading)


def parse_yaml(text: str, folder: Path, reading: Reading) -> None:
    """
    Put the servers of a YAML inventory into `reading`.
    """
    data, lines = _yaml(text, reading)
    if isinstance(data, dict) and "plugin" in data:
        reading.complain(
            f"asks the inventory plug-in {data['plugin']}: a dynamic inventory. Save"
            " what it finds, with `ansible-inventory --list --yaml`, and name that"
        )
    elif not isinstance(data, dict):
        reading.complain("is not a mapping of groups")
    else:
        tree = Tree()
        for name, body in data.items():
            _yaml_group(tree, (str(name),), body, lines, reading)
        _flatten(tree, folder, reading)


def _yaml(text: str, reading: Reading) -> tuple[Any, yaml_text.Lines]:
    try:
        data, lines, problems = yaml_text.parse(text)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        what = getattr(err, "problem", None) or "cannot be read"
        reading.complain(f"is no static YAML: {what}", mark.line + 1 if mark else None)
        return {}, {}
    for problem in problems:
        reading.complain(f"{problem.path} {problem.message}".strip(), problem.line)
    return data or {}, lines


def _yaml_group(
    tree: Tree, path: tuple[str, ...], body: Any, lines: yaml_text.Lines, to: Reading
) -> None:
    group = tree.group(path[-1])
    for key, value in (body or {}).items() if isinstance(body, dict | None) else ():
        below = value if isinstance(value, dict) else {}
        match key:
            case "hosts":
                for name, found in below.items():
                    line = lines.get((*path, "hosts", str(name)), 1)
                    try:
                        tree.add_host(path[-1], str(name), line, found)
                    except ValueError as err:
                        to.complain(f"{name}: {err}", line)
            case "vars":
                group.variables.update(below)
            case "children":
                for name, inner in below.items():
                    group.children.append(str(name))
                    _yaml_group(tree, (*path, "children", str(name)), inner, lines, to)
            case _:
                where = ".".join(path)
                to.complain(f"{where}.{key} is none of hosts, vars, children")


def _flatten(tree: Tree, folder: Path, reading: Reading) -> None:
    for name, group in tree.groups.items():
        group.variables.update(_kept(folder / "group_vars", name, reading))
    every = _kept(folder / "group_vars", "all", reading)
    tree.group("all").variables |= every
    depths = depths_of(tree, reading)
    lines: dict[str, int] = {}
    for group in tree.groups.values():
        for host, line in group.hosts.items():
            lines.setdefault(host, line)
    for host, line in lines.items():
        own = tree.variables.get(host, {}) | _kept(folder / "host_vars", host, reading)
        groups = groups_of(tree, host)
        variables: dict[str, Any] = {}
        for name in sorted(groups, key=lambda g: (depths.get(g, 0), g)):
            variables |= tree.groups[name].variables
        members = _members(host, variables | own, line, reading)
        if members is not None:
            members["groups"] = sorted(groups - IMPLICIT)
            reading.hosts.append(Listed(line, members))


def _kept(folder: Path, name: str, reading: Reading) -> dict[str, Any]:
    """
    Return the variables that a file or folder beside the inventory keeps.
    """
    found: dict[str, Any] = {}
    inside = sorted((folder / name).iterdir()) if (folder / name).is_dir() else []
    for file in (*(folder / f"{name}{end}" for end in ENDINGS), *inside):
        if not file.is_file() or file.suffix not in ENDINGS:
            continue
        text = file.read_text("utf-8")
        if text.startswith("$ANSIBLE_VAULT"):
            continue  # what is used below would then be missing, and is named so
        data, _ = _yaml(text, reading)
        if isinstance(data, dict):
            found |= data
    return found


def _members(
    host: str, variables: dict[str, Any], line: int, reading: Reading
) -> dict[str, Any] | None:
    members: dict[str, Any] = {"name": host.partition(".")[0]}
    used = {k: str(variables[k]) for k in OURS if variables.get(k) is not None}
    for key, value in used.items():
        if "{{" in value or "{%" in value:
            reading.complain(f"{host}: {key} is a template; write its value", line)
            return None
        members[OURS[key]] = value
    _connection(host, variables, members, line, reading)
    if _is_address(host):
        reading.complain(f"{host} has an address for a name; give it a name", line)
        return None
    if "address" not in members:
        reading.complain(f"{host} has no ansible_host with its address", line)
        return None
    return members


def _connection(
    host: str, variables: dict[str, Any], to: dict[str, Any], line: int, at: Reading
) -> None:
    how = str(variables.get("ansible_connection", "ssh")).rpartition(".")[2]
    if how in BY_HAND:
        to.setdefault("connector", "script")
    elif how not in BY_SSH:
        at.complain(
            f"{host} has ansible_connection {how}; known are ssh, and winrm, which is"
            " done by hand",
            line,
        )
    port = str(variables.get("ansible_port", SSH_PORT))
    if port != SSH_PORT:
        at.complain(
            f"{host} has ansible_port {port}; say so in the SSH client's own"
            " configuration (Host, Port), and leave it out here",
            line,
        )


def _is_address(text: str) -> bool:
    if not re.fullmatch(r"[0-9.]+", text):
        return False
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
