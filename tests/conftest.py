"""
What holds in every test: no network but loopback, no AWS account of anybody.
"""

from __future__ import annotations

import gc
import os
import sys

from typing import TYPE_CHECKING, cast

import pytest

from hypothesis import HealthCheck, settings

from closednet_rehearsal import lean
from tests.isolation import AWS_ENVIRONMENT, FOREIGN_VARIABLES, forbid_network
from tests.sharing_out import Scheduling, longest_first


if TYPE_CHECKING:
    from collections.abc import Generator

    from pluggy import Result


# Two seconds of every worker, for a check of addresses that nothing here needs.
cast("dict[str, object]", sys.modules).setdefault("rfc3987_syntax", None)
lean.share_models()

MUST_NOT_SKIP = ("debian", "browser")
# How fast a machine is, is no property of the code under test.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """
    Cut this process, and by the environment every kernel, off the world.

    It looks seldom for garbage: a thousand imported modules are none.
    """
    del config
    for name in [name for name in os.environ if name.startswith(FOREIGN_VARIABLES)]:
        del os.environ[name]
    os.environ.update(AWS_ENVIRONMENT)
    lean.collect_seldom()
    sys.addaudithook(forbid_network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Begin with what takes long.
    """
    longest_first(items)


def pytest_collection_finish() -> None:
    """
    Look for no garbage among what was imported: it stays.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """
    Keep together what shares a world.
    """
    return Scheduling(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, Result[pytest.TestReport], None]:
    """
    Turn skips of tests that need Debian packages into failures, where asked.
    """
    outcome = yield
    report = outcome.get_result()
    is_needed = any(item.get_closest_marker(name) for name in MUST_NOT_SKIP)
    is_asked = os.environ.get("CLOSEDNET_REQUIRE_DEBIAN") == "1"
    if report.skipped and is_needed and is_asked and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        report.outcome = "failed"
        report.longrepr = f"CLOSEDNET_REQUIRE_DEBIAN=1 allows no skip. {reason}"
