"""
What all views have in common: text for terminals, HTML for people.
"""

from __future__ import annotations

from typing import Any

from closednet.render.tables import CAPTION, NOTE, Table, escape


YES, NO, WAITS = "✅", "⛔", "✋"
Part = Table | str


class View:
    """
    Something shown as a title, tables and lines of text.
    """

    __slots__ = ()

    def title(self) -> str:
        """
        The heading of the view.
        """
        return ""

    def parts(self) -> tuple[Part, ...]:
        """
        The tables and lines, from top to bottom.
        """
        return ()

    def text(self) -> str:
        """
        Return the view for a terminal.
        """
        shown = [p.text() if isinstance(p, Table) else p for p in self.parts()]
        return "\n".join(filter(None, [self.title(), *shown]))

    def html(self) -> str:
        """
        Return the view as HTML without style sheet and script.
        """
        heading = f'<div style="{CAPTION}">{escape(self.title())}</div>'
        shown = [
            p.html() if isinstance(p, Table) else _line(p) for p in self.parts() if p
        ]
        return "\n".join([*([heading] if self.title() else []), *shown])

    def markdown(self) -> str:
        """
        Return the view for a change ticket.
        """
        shown = [p.markdown() if isinstance(p, Table) else p for p in self.parts()]
        heading = [f"## {self.title()}"] if self.title() else []
        return "\n\n".join([*heading, *filter(None, shown)]) + "\n"

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's
        printer.text("..." if cycle else self.text())


def _line(text: str) -> str:
    """
    Return a line as HTML; the digest, which people copy, stands out.
    """
    label, is_digest, digest = text.rpartition("digest: ")
    if is_digest:
        code = f'<code style="font-weight:600">{escape(digest)}</code>'
        return f'<div style="{NOTE}">{escape(label)}digest: {code}</div>'
    return f'<div style="{NOTE}">{escape(text)}</div>'
