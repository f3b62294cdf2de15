"""
nbconvert's HTML as its templates write it.

nbconvert reads each page again, for pictures without a description (ours have one) and
for classes that the basic template lacks. That costs more than to write the page, and
turns the `viewBox` of an SVG into a `viewbox`.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter


class PageExporter(HTMLExporter):
    """
    The exporter of the pages of an archive.
    """

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
        """
        Return the page's body, and the resources that nbconvert kept for it.
        """
        highlight: Any = Highlight2HTML
        data_type: Any = WidgetsDataTypeFilter
        register: Any = self.register_filter
        register("highlight_code", highlight("ipython3", parent=self))
        register("filter_data_type", data_type({}, parent=self))
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)
