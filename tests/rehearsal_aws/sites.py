"""
The rehearsal's site, as the product's own adapters want it.
"""

from __future__ import annotations

import json

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from closednet.aws.account import Account
from closednet.params.site import SiteParams
from closednet.waiting import Waiting
from closednet_rehearsal.settings import OPERATOR_KEY_ID, OPERATOR_SECRET_KEY


if TYPE_CHECKING:
    from typing import Literal

    from closednet_rehearsal.clock import Clock
    from closednet_rehearsal.server import Server

POLL_S = 20.0
PARAMS = Path(__file__).parents[2] / "params" / "rehearsal.yaml"


def site_of(server: Server, **changes: Any) -> SiteParams:
    """
    Return the parameters of the rehearsal's site on a server.
    """
    connection = {
        "endpoint_url": server.endpoint_url,
        "static_credentials": {
            "access_key_id": OPERATOR_KEY_ID,
            "secret_access_key": OPERATOR_SECRET_KEY,
        },
    }
    raw = yaml.safe_load(PARAMS.read_text("utf-8")) | {"connection": connection}
    return SiteParams.model_validate_json(json.dumps(raw | changes))


def account_of(
    server: Server, role: Literal["network", "management"], clock: Clock
) -> Account:
    """
    Return an account whose waiting moves the rehearsal's clock instead of passing.
    """
    waiting = Waiting(POLL_S, sleep=clock.advance, clock=clock.now)
    return Account(role, site_of(server), waiting)
