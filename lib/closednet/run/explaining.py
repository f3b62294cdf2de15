"""
Failed checks and failed changes get the causes that a diagnosis names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from closednet.diagnosis.doctor import Doctor
from closednet.errors import AdapterError, AwsError


if TYPE_CHECKING:
    from closednet.errors import ClosednetError
    from closednet.model.report import Check, Report
    from closednet.site import Site

# What must be in order for a step to succeed; other steps do not use the way.
STAGES: Final = {
    "endpoints": "endpoints",
    "inbound-endpoint": "inbound-endpoint",
    "hosted-zone": "hosted-zone",
    "ssm-agent": "servers",
    "iam-attach": "servers",
    "cloudwatch-agent": "servers",
    "cloudwatch-verification": "servers",
}
# Checks of these steps are about names, addresses and endpoints only.
OF_THE_WAY: Final = frozenset({"endpoints", "inbound-endpoint", "hosted-zone"})


def explain_report(site: Site, report: Report) -> Report:
    """
    Return the report with the causes of its failed checks, as far as they are found.
    """
    if all(not _is_open(report.step, check) for check in report.failures):
        return report
    found = Doctor(site).everything(STAGES[report.step])
    checks = tuple(
        check.explained(found)
        if not check.passed and _is_open(report.step, check)
        else check
        for check in report.checks
    )
    return replace(report, checks=checks)


def _is_open(step: str, check: Check) -> bool:
    explained = check.causes or check.left_open
    return not explained and (step in OF_THE_WAY or check.about_the_way)


def explain_error(site: Site, step: str, err: ClosednetError) -> None:
    """
    Add the causes of a failed change to its error, as far as they are found.

    What AWS itself said no to is no matter of the way.
    """
    inner = err.__cause__
    if err.causes or step not in STAGES or isinstance(inner, AwsError):
        return
    if not isinstance(inner, AdapterError):
        return
    try:
        found = Doctor(site).everything(STAGES[step])
    except AdapterError:
        # What failed is what is to be told, not that nobody could look.
        return
    if found:
        err.because(found.causes, found.left_open)
        err.hint = found.text
