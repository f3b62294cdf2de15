"""
The other views of a notebook: its header, hand-over files, pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from closednet.render import series, topology
from closednet.render.tables import CAPTION, NOTE, Table, escape
from closednet.render.view import Part, View


if TYPE_CHECKING:
    from closednet.params import SiteParams
    from closednet.render.series import Series
    from closednet.render.topology import Topology

BANNER = (
    "background:#fff3cd;border:1px solid #b58900;color:#5c4500;padding:4px 8px;"
    "font-weight:600"
)
REHEARSAL = "REHEARSAL - simulated: no AWS, no real servers"
PRE = (
    "background:#f6f8fa;border:1px solid #c8ced6;padding:6px;overflow:auto;"
    "font-size:12px;color:#1c2733"
)


@dataclass(frozen=True, slots=True, repr=False)
class RunHeader(View):
    """
    Who acts where: the first thing a notebook shows.
    """

    site: str
    region: str
    network_account: str
    management_account: str
    callers: tuple[str, ...] = ()
    run_id: str = ""
    step: str = ""
    simulated: bool = False

    def parts(self) -> tuple[Part, ...]:
        """
        A table of what this run is about; rehearsals say so first.
        """
        rows = (
            ("site", self.site),
            ("step", self.step),
            ("region", self.region),
            ("network account", self.network_account),
            ("management account", self.management_account),
            *(("caller", caller) for caller in self.callers),
            ("run", self.run_id),
        )
        table = Table(("", ""), tuple(row for row in rows if row[1]))
        return (REHEARSAL, table) if self.simulated else (table,)

    def html(self) -> str:
        """
        Return the header with the rehearsal's banner in colour.
        """
        plain = View.html(self)
        return plain.replace(
            f'<div style="{NOTE}">{REHEARSAL}', f'<div style="{BANNER}">{REHEARSAL}'
        )


@dataclass(frozen=True, slots=True)
class HandoverFile:
    """
    A file for somebody outside this runbook.
    """

    path: str
    audience: str
    purpose: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Handover(View):
    """
    Files that people outside this runbook need, with their content.
    """

    files: tuple[HandoverFile, ...]

    def parts(self) -> tuple[Part, ...]:
        """
        A table of files with their digests.
        """
        rows = tuple(
            (f.path, f.audience, f.purpose, sha256(f.text.encode()).hexdigest()[:12])
            for f in self.files
        )
        return (Table(("file", "for", "purpose", "sha256"), rows),)

    def html(self) -> str:
        """
        Return the table and the content of each file, folded.
        """
        folded = [
            f"<details><summary>{escape(f.path)}</summary>"
            f'<pre style="{PRE}">{escape(f.text)}</pre></details>'
            for f in self.files
        ]
        return "\n".join([View.html(self), *folded])


@dataclass(frozen=True, slots=True, repr=False)
class TopologyView(View):
    """
    A drawing of the site's network.
    """

    topology: Topology

    @classmethod
    def of(cls, params: SiteParams) -> TopologyView:
        """
        Return the drawing of a site from its parameters.
        """
        return cls(topology.of(params))

    def parts(self) -> tuple[Part, ...]:
        """
        The same in words, for terminals.
        """
        return topology.lines(self.topology)

    def html(self) -> str:
        """
        Return the drawing.
        """
        return f"<div>{topology.svg(self.topology)}</div>"


@dataclass(frozen=True, slots=True, repr=False)
class SeriesView(View):
    """
    Measurements as small lines; the text says only that and what arrived.

    Values differ from run to run, so they stand in the picture alone.
    """

    series: tuple[Series, ...]

    def parts(self) -> tuple[Part, ...]:
        """
        A table of what arrived.
        """
        return (Table(("", "about", "metric"), series.rows(self.series)),)

    def svg(self) -> str:
        """
        Return the picture.
        """
        return series.svg(self.series)

    def html(self) -> str:
        """
        Return the picture, for archives and pages.
        """
        return f'<div style="{CAPTION}">Measurements</div><div>{self.svg()}</div>'

    def _repr_html_(self) -> None:  # type: ignore[override]
        # The picture goes out under its own type, which comparisons can leave out.
        return None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.text(), "image/svg+xml": self.svg()}
