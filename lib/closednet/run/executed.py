"""
Which cells a kernel really ran, compared with those that were approved.
"""

from __future__ import annotations

import ast

from typing import TYPE_CHECKING, Any

from closednet.run.models import source_digest


if TYPE_CHECKING:
    from collections.abc import Iterable

# What an operator may say in a cell of their own: it only goes into the evidence.
SAID = ("note", "countersign", "paste")


def cells() -> tuple[str, ...]:
    """
    Return the sources of all cells that this kernel was given; none outside one.
    """
    try:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - slow import
    except ImportError:
        return ()
    shell: Any = get_ipython()
    history = getattr(shell, "history_manager", None)
    return tuple(history.input_hist_raw[1:]) if history is not None else ()


def foreign(sources: Iterable[str], approved: Iterable[str]) -> list[str]:
    """
    Return the first line of each cell that is not among the approved ones.

    Cells that only set parameters, show a value or leave a note change nothing.
    """
    known = set(approved)
    return [
        source.strip().split("\n")[0]
        for source in sources
        if source_digest(source) not in known and not _is_harmless(source)
    ]


def _is_harmless(source: str) -> bool:
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False
    return all(
        _sets(statement) or _shows(statement) or _says(statement)
        for statement in statements
    )


def _sets(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name()], value=value):
            return _is_literal(value)
        case ast.AnnAssign(target=ast.Name(), value=value):
            return value is not None and _is_literal(value)
        case _:
            return False


def _shows(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name)


def _says(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(), attr=name),
                args=given,
                keywords=named,
            )
        ):
            return name in SAID and all(
                map(_is_literal, [*given, *(keyword.value for keyword in named)])
            )
        case _:
            return False


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True
