"""
A whole rehearsed AWS on one plain port, and agents that are not of its making.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from closednet_rehearsal.server import start_server
from tests.rehearsal_agent.agents import Agent, RefusedError
from tests.rehearsal_agent.operators import Operator, prepare
from tests.rehearsal_agent.roads import Road


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module", name="operator")
def _operator() -> Iterator[Operator]:
    server = start_server()
    yield prepare(server.endpoint_url)
    server.stop()


@pytest.fixture(name="road")
def _road(operator: Operator) -> Road:
    return Road(port=int(urlsplit(operator.url).port or 0))


@pytest.fixture(name="agent")
def _agent(operator: Operator, road: Road) -> Agent:
    return operator.join(road)


@pytest.fixture(name="other")
def _other(operator: Operator, road: Road) -> Agent:
    return operator.join(road)


KINDS = r"rehearsal|is not authorized to perform"


@pytest.fixture(name="refusal")
def _refusal() -> Callable[..., str]:
    def refusal(call: Callable[..., object], *arguments: object, **more: object) -> str:
        with pytest.raises(RefusedError, match=KINDS) as caught:
            call(*arguments, **more)
        return str(caught.value.code)

    return refusal
