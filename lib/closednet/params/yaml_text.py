"""
YAML without its traps: no octal account ids, no `NO` that means false, no
duplicate keys, and the line of every value for the report of problems.
"""

from __future__ import annotations

import re

from contextlib import suppress
from typing import Any, Final

import yaml

from closednet.errors import Problem


Path = tuple[str | int, ...]
Lines = dict[Path, int]
# A tag that stands for something else is YAML all the same.
_NOT_YAML: Final = (
    yaml.composer.ComposerError,
    yaml.parser.ParserError,
    yaml.reader.ReaderError,
    yaml.scanner.ScannerError,
)
_SMART_QUOTES: Final = "\u2018\u2019\u201c\u201d\u300c\u300d\uff02\uff07"


class _PlainLoader(yaml.SafeLoader):
    """
    Resolves true/false, null, decimal numbers; every other scalar is text.
    """


# The same, read by libyaml where PyYAML was built with it.
_QuickLoader: Any = type(
    "_QuickLoader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {}
)
for _loader in (_PlainLoader, _QuickLoader):
    _loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    for _loader in (_PlainLoader, _QuickLoader):
        _loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
        )


def parse(text: str) -> tuple[object, Lines, list[Problem]]:
    """
    Return the data in `text`, the line of each path, and what is wrong with it.
    """
    # libyaml is ten times as fast; the words for a mistake are those of the other.
    with suppress(*_NOT_YAML):
        return _parsed(text, _QuickLoader)
    try:
        return _parsed(text, _PlainLoader)
    except _NOT_YAML as err:
        mark = getattr(err, "problem_mark", None)
        line = mark.line + 1 if mark else None
        what = getattr(err, "problem", None) or "cannot be read"
        return None, {}, [Problem("", f"this is not YAML: {what}", line)]


def _parsed(text: str, kind: Any) -> tuple[object, Lines, list[Problem]]:
    lines: Lines = {}
    problems: list[Problem] = []
    loader = kind(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}, [Problem("", "the file is empty")]
        _walk(node, (), lines, problems)
        return loader.construct_document(node), lines, problems
    finally:
        loader.dispose()


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
