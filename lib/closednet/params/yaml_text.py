"""
YAML without its traps: no octal account ids, no `NO` that means false, no
duplicate keys, and the line of every value for the report of problems.
"""

from __future__ import annotations

import re

from typing import Final

import yaml

from closednet.errors import Problem


Path = tuple[str | int, ...]
Lines = dict[Path, int]
_SMART_QUOTES: Final = "\u2018\u2019\u201c\u201d\u300c\u300d\uff02\uff07"


class _PlainLoader(yaml.SafeLoader):
    """
    Resolves true/false, null, decimal numbers; every other scalar is text.
    """


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
    )


def parse(text: str) -> tuple[object, Lines, list[Problem]]:
    """
    Return the data in `text`, the line of each path, and what is wrong with it.
    """
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        line = mark.line + 1 if mark else None
        what = getattr(err, "problem", None) or "cannot be read"
        return None, {}, [Problem("", f"this is not YAML: {what}", line)]
    if node is None:
        return None, {}, [Problem("", "the file is empty")]
    lines: Lines = {}
    problems: list[Problem] = []
    _walk(node, (), lines, problems)
    return yaml.load(text, Loader=_PlainLoader), lines, problems  # noqa: S506 - a SafeLoader


def dotted(path: Path) -> str:
    """
    Return a path as people write it: `hosts[2].name`.
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _walk(node: yaml.Node, path: Path, lines: Lines, problems: list[Problem]) -> None:
    lines[path] = node.start_mark.line + 1
    match node:
        case yaml.MappingNode():
            _walk_mapping(node, path, lines, problems)
        case yaml.SequenceNode():
            for index, item in enumerate(node.value):
                _walk(item, (*path, index), lines, problems)
        case yaml.ScalarNode():
            problems.extend(_scalar_problems(node, path))
        case _:
            pass


def _walk_mapping(
    node: yaml.MappingNode, path: Path, lines: Lines, problems: list[Problem]
) -> None:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name in seen:
            line = key.start_mark.line + 1
            problems.append(
                Problem(dotted((*path, name)), "is given twice; keep one", line)
            )
        seen.add(name)
        _walk(value, (*path, name), lines, problems)


def _scalar_problems(node: yaml.ScalarNode, path: Path) -> list[Problem]:
    bad = [char for char in str(node.value) if char in _SMART_QUOTES]
    if not bad:
        return []
    return [
        Problem(
            dotted(path),
            f"contains {bad[0]!r}, a quote from a word processor; type ' or \"",
            node.start_mark.line + 1,
        )
    ]
