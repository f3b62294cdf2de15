"""
A document as blocks, and the two ways to write them: HTML and Markdown.
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from closednet.render.tables import escape


if TYPE_CHECKING:
    from collections.abc import Iterable

# What is something else than text in Markdown.
_special: Final = re.compile(r"([\\`*\[\]<>|]|(?<!\w)_|_(?!\w)|^[#+-](?= ))")
_fence: Final = re.compile(r"^`{3,}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heading:
    """
    A heading; 1 is the document's title.
    """

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """
    A paragraph; `mark` is a class of the style sheet.
    """

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """
    A list of points.
    """

    texts: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A table; `marks` has a class of the style sheet for each row, `kind` for all of it.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Code:
    """
    A text to the letter; a folded one is opened by a click, and when printed.
    """

    title: str
    text: str
    folded: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A drawing of ours as inline SVG, and what it shows in words.
    """

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """
    A row of numbers that sum a document up: the number, what it counts, its mark.
    """

    items: tuple[tuple[str, str, str], ...]


Block = Heading | Line | Points | Sheet | Code | Picture | Figures


def html(blocks: Iterable[Block]) -> str:
    """
    Return blocks as HTML without scripts and without anything from elsewhere.
    """
    return "\n".join(_html(block) for block in blocks)


def markdown(blocks: Iterable[Block]) -> str:
    """
    Return blocks as Markdown, for tickets and wikis.
    """
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _html(block: Block) -> str:
    match block:
        case Heading(level=level, text=text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Line(text=text, mark=mark):
            said = escape(text)
            return f'<p class="{mark}">{said}</p>' if mark else f"<p>{said}</p>"
        case Points(texts=texts, numbered=numbered):
            tag = "ol" if numbered else "ul"
            items = "".join(f"<li>{escape(text)}</li>" for text in texts)
            return f"<{tag}>{items}</{tag}>"
        case Sheet():
            return _sheet(block)
        case Code():
            return _code(block)
        case Picture() | Figures():
            return _shown(block)
        case _:
            assert_never(block)


def _code(code: Code) -> str:
    head, text = escape(code.title), f"<pre>{escape(code.text.rstrip())}</pre>"
    if code.folded:
        return f"<details><summary>{head}</summary>{text}</details>"
    return f'<p class="file">{head}</p>{text}'


def _shown(block: Picture | Figures) -> str:
    if isinstance(block, Figures):
        return f'<div class="figures">{"".join(map(_figure, block.items))}</div>'
    words = escape(block.words)
    return f"<figure>{block.svg}<figcaption>{words}</figcaption></figure>"


def _told(block: Picture | Figures) -> str:
    if isinstance(block, Figures):
        return "\n".join(
            f"- **{plain(n)}** {plain(word)}" for n, word, _ in block.items
        )
    return plain(block.words)


def _figure(item: tuple[str, str, str]) -> str:
    number, label, mark = map(escape, item)
    return f'<div class="figure {mark}"><b>{number}</b><span>{label}</span></div>'


def _sheet(sheet: Sheet) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in sheet.columns)
    shown = f"<thead><tr>{head}</tr></thead>" if any(sheet.columns) else ""
    marks = sheet.marks or ("",) * len(sheet.rows)
    rows = "\n".join(
        f'<tr class="{mark}">{_cells(row)}</tr>' if mark else f"<tr>{_cells(row)}</tr>"
        for row, mark in zip(sheet.rows, marks, strict=True)
    )
    return f'<table class="{sheet.kind}">{shown}<tbody>\n{rows}\n</tbody></table>'


def _cells(row: tuple[str, ...]) -> str:
    return "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row)


def _markdown(block: Block) -> str:
    match block:
        case Heading(level=level, text=text):
            return f"{'#' * level} {plain(text)}"
        case Line(text=text, mark=mark):
            return f"**{plain(text)}**" if mark else plain(text)
        case Points(texts=texts, numbered=numbered):
            return "\n".join(
                f"{f'{n}.' if numbered else '-'} {plain(text)}"
                for n, text in enumerate(texts, start=1)
            )
        case Sheet(columns=columns, rows=rows):
            lines = [columns, ("---",) * len(columns), *rows]
            return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
        case Code(title=title, text=text):
            longest = max(map(len, _fence.findall(text)), default=2)
            fence = "`" * (longest + 1)
            return f"{plain(title)}\n\n{fence}\n{text.rstrip()}\n{fence}"
        case Picture() | Figures():
            return _told(block)
        case _:
            assert_never(block)


def plain(text: str) -> str:
    """
    Return `text` as Markdown that shows exactly it.
    """
    return _special.sub(r"\\\1", text)


def _cell(text: str) -> str:
    return text if text == "---" else plain(text).replace("\n", "<br>")
