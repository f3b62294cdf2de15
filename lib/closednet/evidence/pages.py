"""
The frame of every page of an archive: self-contained, script-free, offline.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from closednet import redact


if TYPE_CHECKING:
    import jinja2


def render(template: str, **values: Any) -> str:
    """
    Return a page, redacted, from one of the templates.
    """
    css = resources.files("closednet.evidence").joinpath("templates/archive.css")
    page = _environment().get_template(template)
    return redact.redact(page.render(css=_safe(css.read_text("utf-8")), **values))


def safe(markup: str) -> Any:
    """
    Return markup that was escaped by whoever made it.
    """
    return _safe(markup)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - notebooks that write no page do not pay for it

    return jinja2.Environment(
        loader=jinja2.PackageLoader("closednet.evidence", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def _safe(markup: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415 - as above

    return Markup(markup)  # noqa: S704 - our own templates' text
