"""
The example sites of `params/`, moved into the rehearsal.

What they choose stays; network, accounts, servers and keys are those that there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from closednet_rehearsal.host.fleet import simulated_hosts
from closednet_rehearsal.settings import (
    DNS_ACCOUNT,
    DNS_VPC_ID,
    MANAGEMENT_ACCOUNT,
    OPERATOR_ROLE,
)


PARAMS: Final = Path("params")
PREFIX: Final = "example "
# How many servers each is rehearsed with; most have as many as the rehearsal.
SERVERS: Final = {"many-hosts": 60}
FEW: Final = 3
# As a rehearsal has it, whatever the example says.
GIVEN: Final = ("network", "connection", "evidence_dir")
Raw = dict[str, Any]


def names() -> tuple[str, ...]:
    """
    Return the examples, by the name that they have as layouts.
    """
    files = sorted(PARAMS.glob("example-*.yaml"))
    return tuple(f"{PREFIX}{file.stem.removeprefix('example-')}" for file in files)


def servers_of(name: str) -> int:
    """
    Return how many servers a layout is rehearsed with.
    """
    return SERVERS.get(name.removeprefix(PREFIX), FEW)


def is_one_account(raw: Raw) -> bool:
    """
    Tell whether one account owns everything.
    """
    accounts = raw["accounts"]
    return bool(accounts["network"]["id"] == accounts["management"]["id"])


def moved(name: str, base: Raw) -> Raw:
    """
    Return the parameters of an example in the place of the rehearsal's.
    """
    file = PARAMS / f"example-{name.removeprefix(PREFIX)}.yaml"
    raw: Raw = yaml.safe_load(file.read_text("utf-8"))
    made = raw | {key: base[key] for key in GIVEN if key in base}
    made["accounts"] = _accounts(raw, base)
    key = ("signing_key_file", "signing_key_fingerprint")
    made["ssm_agent"] = raw["ssm_agent"] | {k: base["ssm_agent"][k] for k in key}
    made["output"] = raw["output"] | {"bucket": base["output"]["bucket"]}
    owner = made["accounts"]["management"]["id"]
    arn = base["session"]["kms_key_arn"].replace(MANAGEMENT_ACCOUNT, owner)
    made["session"] = raw["session"] | {"kms_key_arn": arn}
    if "zone_vpc_id" in raw.get("name_resolution", {}):
        made["name_resolution"] = raw["name_resolution"] | {"zone_vpc_id": DNS_VPC_ID}
    made.pop("inventory", None)
    made["hosts"] = _hosts(raw, servers_of(name))
    limit = max(raw["activation"]["registration_limit"], FEW)
    made["activation"] = raw["activation"] | {"registration_limit": limit}
    made["rollout"] = raw.get("rollout", {}) | {"manual_wait_minutes": 1}
    return made


def _accounts(raw: Raw, base: Raw) -> Raw:
    made: Raw = dict(base["accounts"])
    if is_one_account(raw):
        made["management"] = made["network"]
    if "dns" in raw["accounts"]:
        role = f"arn:aws:iam::{DNS_ACCOUNT}:role/{OPERATOR_ROLE}"
        made["dns"] = {"id": DNS_ACCOUNT, "role_arn": role}
    return made


def _hosts(raw: Raw, count: int) -> list[Raw]:
    """
    Return the rehearsal's servers; the first is in every group that is configured.
    """
    groups = [each["name"] for each in raw.get("cloudwatch", {}).get("groups", ())]
    hosts: list[Raw] = [
        {"name": each.name, "address": each.address, "os": each.os}
        for each in simulated_hosts(count)
    ]
    hosts[0]["groups"] = groups
    return hosts
