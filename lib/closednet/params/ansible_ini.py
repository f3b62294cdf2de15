"""
The INI form of an Ansible inventory: groups, their variables and their children.
"""

from __future__ import annotations

import re
import shlex

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.params.ansible_tree import Tree
    from closednet.params.listed import Reading

HEADER: Final = re.compile(r"^\[([^\[\]:]+)(?::(vars|children))?\]\s*(?:[#;].*)?$")


def parse(text: str, tree: Tree, reading: Reading) -> None:
    """
    Put groups and servers into `tree`, and what is wrong into `reading`.
    """
    group, kind = "ungrouped", ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and (header := HEADER.match(line)):
            group, kind = header[1].strip(), header[2] or ""
            tree.group(group)
            continue
        try:
            _line(tree, group, kind, line, number)
        except ValueError as err:
            reading.complain(f"{line!r} cannot be read: {err}", number)


def _line(tree: Tree, group: str, kind: str, line: str, number: int) -> None:
    match kind:
        case "vars":
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError("a variable is NAME=VALUE")
            words = shlex.split(value.strip(), comments=True)
            tree.group(group).variables[name.strip()] = " ".join(words)
        case "children":
            child = line.split("#", maxsplit=1)[0].split(maxsplit=1)[0]
            tree.group(group).children.append(child)
            tree.group(child)
        case _:
            _host(tree, group, line, number)


def _host(tree: Tree, group: str, line: str, number: int) -> None:
    name, *words = shlex.split(line, comments=True)
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is no NAME=VALUE")
        found[key] = value
    plain, _, port = name.rpartition(":")
    if plain and port.isdigit() and not name.endswith("]"):
        name, found["ansible_port"] = plain, port
    tree.add_host(group, name, number, found)
