"""
What boto3 logs with debugging switched on, while secrets go to AWS and come back.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time

from typing import TYPE_CHECKING, Any

import boto3
import yaml

from closednet.aws.secret_store import ParameterStore, SecretsManagerStore, pack
from closednet.batch import guarding
from closednet.params.load import load
from closednet.recorder import NullRecorder
from closednet.redact import Secret
from closednet.site import Site
from closednet_rehearsal.server import start_server
from tests.canary.hunter import CANARIES, hunt
from tests.contract.evidence.conftest import KEYS, PARAMS


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.aws.account import Account

USER = ROLE = "closednet-canary"
PATIENCE_S = 20
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def in_debug_logs(room: Path) -> dict[str, list[str]]:
    """
    Return what leaks into the log, by where the secret came from.
    """
    server = start_server()
    said = io.StringIO()
    kept = sys.stderr
    guard: Any = guarding.GuardedStream(said)
    sys.stderr = guard
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        boto3.set_stream_logger("", logging.DEBUG)
        made = _secrets_of(_site(room, server.endpoint_url).management)
    finally:
        sys.stderr = kept
        root.handlers, root.level = handlers, level
        server.stop()
    log = said.getvalue()
    seen = {"log: it was on": [] if "Response body" in log else ["nothing was logged"]}
    return seen | {f"log: {name}": hunt(log, {name: made[name]}) for name in made}


def _site(room: Path, url: str) -> Site:
    room.mkdir(parents=True, exist_ok=True)
    raw = yaml.safe_load(PARAMS.read_text())
    raw["connection"] = {"endpoint_url": url, "static_credentials": KEYS}
    file = room / "site.yaml"
    file.write_text(yaml.safe_dump(raw))
    return Site(load(file), file, NullRecorder(), "run")


def _activation(account: Account) -> Any:
    """
    Make an activation as soon as the new role is known everywhere.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return account.ssm.create_activation(IamRole=ROLE)
        except account.ssm.exceptions.ClientError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _secrets_of(account: Account) -> dict[str, str]:
    """
    Make and fetch every kind of secret, and return them all.
    """
    account.iam.create_user(UserName=USER)
    key = account.iam.create_access_key(UserName=USER)["AccessKey"]
    account.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    code = _activation(account)
    parameters, manager = ParameterStore(account), SecretsManagerStore(account)
    packed = pack("packed", activation_id="1a2b", code=CANARIES["code"])
    parameters.put("/closednet/canary", packed, "x", {})
    account.ssm.get_parameter(Name="/closednet/canary", WithDecryption=True)
    parameters.get("/closednet/canary")
    manager.put("/closednet/canary", Secret(CANARIES["key"], name="key"), "x", {})
    manager.get("/closednet/canary")
    # What boto3 itself holds, and nobody of ours sees.
    session = vars(vars(account)["_sessions"])["_session"]
    assumed = session.get_credentials().get_frozen_credentials()
    return {
        "access key": key["SecretAccessKey"],
        "activation code": code["ActivationCode"],
        "parameter": CANARIES["code"],
        "secret": CANARIES["key"],
        "assumed role's key": assumed.secret_key,
        "assumed role's token": assumed.token,
    }
