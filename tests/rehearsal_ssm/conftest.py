"""
The service under test.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal_ssm.agents import Agent, join
from tests.rehearsal_ssm.wires import Cloud


@pytest.fixture(name="cloud")
def _cloud() -> Cloud:
    return Cloud()


@pytest.fixture(name="client")
def _client(cloud: Cloud) -> Any:
    return cloud.client()


@pytest.fixture(name="agent")
def _agent(cloud: Cloud) -> Agent:
    return join(cloud)
