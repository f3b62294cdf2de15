"""
Telling IPython how to show the plain values of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.model.plan import Plan, RolloutPlan
from closednet.model.receipt import Receipt
from closednet.model.report import Report
from closednet.render.views import PlanView, ReceiptView, ReportView, RolloutView


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet.render.view import View

VIEWS: Final[dict[type[Any], Callable[[Any], View]]] = {
    Plan: PlanView,
    RolloutPlan: RolloutView,
    Receipt: ReceiptView,
    Report: ReportView,
}


def install(ipython: Any) -> None:
    """
    Show plans, receipts and reports as tables, in text and in HTML.
    """
    formatters = ipython.display_formatter.formatters
    for shown, view in VIEWS.items():
        formatters["text/html"].for_type(shown, _html(view))
        formatters["text/plain"].for_type(shown, _plain(view))


def _html(view: Callable[[Any], View]) -> Callable[[Any], str]:
    return lambda value: view(value).html()


def _plain(view: Callable[[Any], View]) -> Callable[[Any, Any, bool], None]:
    return lambda value, printer, _: printer.text(view(value).text())
