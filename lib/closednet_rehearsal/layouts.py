"""
`make layouts`: a whole rollout for each layout of a site, with its own policies.

Each begins with an empty network, and the operator has nothing but the least-privilege
policies that are generated for this layout.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from pathlib import Path
from typing import Any, Final

import yaml

from closednet import registry, site
from closednet_rehearsal import example_sites, owner
from closednet_rehearsal.running import running
from closednet_rehearsal.settings import (
    DNS_ACCOUNT,
    DNS_VPC_ID,
    NETWORK_ACCOUNT,
    OPERATOR_ROLE,
)


BASE: Final = Path("params/rehearsal.yaml")
KEY: Final = "rehearsal-signing-key.asc"
THIRD: Final = {
    "id": DNS_ACCOUNT,
    "role_arn": f"arn:aws:iam::{DNS_ACCOUNT}:role/{OPERATOR_ROLE}",
}
ELSEWHERE: Final = "bucket and key of the network account"
# What each layout says besides, or instead of, the rehearsal's parameters.
LAYOUTS: Final[dict[str, dict[str, Any]]] = {
    "two accounts, zone": {},
    "three accounts": {
        "accounts": {"dns": THIRD},
        "name_resolution": {"zone_vpc_id": DNS_VPC_ID},
    },
    "endpoint names, inbound only": {
        "name_resolution": {"s3": "endpoint-private-dns-inbound-only"}
    },
    "endpoint names, whole VPC": {"name_resolution": {"s3": "endpoint-private-dns"}},
    "profile current": {
        "name_resolution": {"s3": None},
        "endpoints": None,
        "cloudwatch": {"credentials": None},
    },
    "profile article-2022": {
        "profile": "article-2022",
        "name_resolution": {"s3": None},
        "endpoints": None,
        "cloudwatch": {"credentials": None},
    },
    "registration by ssm-setup-cli": {"ssm_agent": {"registration": "setup-cli"}},
    ELSEWHERE: {"output": {"bucket_account": NETWORK_ACCOUNT}},
    "broad forwarding, configuration in Parameter Store": {
        "name_resolution": {"forwarding": "broad", "dns_product": "unbound"},
        "cloudwatch": {"config_store": "parameter-store"},
    },
}


def main(wanted: list[str]) -> int:
    """
    Roll out each layout that is named, by default all, and return the exit code.
    """
    every = (*LAYOUTS, *example_sites.names())
    names = [name for name in every if not wanted or name in wanted]
    failed = [name for name in names if not _rehearsed(name)]
    _say(f"{len(names) - len(failed)} of {len(names)} layouts rolled out")
    return 1 if failed or not names else 0


def described(name: str, folder: Path) -> Path:
    """
    Write the parameters of a layout into a folder and return their file.
    """
    raw = yaml.safe_load(BASE.read_text("utf-8"))
    shutil.copy(BASE.parent / KEY, folder)
    file = folder / "site.yaml"
    if name in LAYOUTS:
        made = _overlaid(raw, LAYOUTS[name])
    else:
        made = example_sites.moved(name, raw)
    file.write_text(yaml.safe_dump(made, sort_keys=False), "utf-8")
    return file


def _overlaid(raw: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    made = dict(raw)
    for key, value in said.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict):
            made[key] = _overlaid(made.get(key, {}), value)
        else:
            made[key] = value
    return made


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _rehearsed(name: str) -> bool:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        evidence = folder / "evidence"
        count = example_sites.servers_of(name)
        with running(folder / "work", hosts=count, evidence=evidence) as rehearsal:
            env = rehearsal.environment(evidence)
            os.environ["CLOSEDNET_CONNECTION"] = env["CLOSEDNET_CONNECTION"]
            file = described(name, folder)
            raw = yaml.safe_load(file.read_text("utf-8"))
            if name == ELSEWHERE or example_sites.is_one_account(raw):
                owner.provide(rehearsal, file)
            policies = registry.operator_policies(site.open_site(file))
            if example_sites.is_one_account(raw):
                policies = {"network": _merged(policies)}
            rehearsal.tell("operator-policy", **policies)
            problem = _rolled_out(file, env)
            unsupported = rehearsal.ask("unsupported")
    # The next rehearsal would look for the connection of this one.
    del os.environ["CLOSEDNET_CONNECTION"]
    problem = problem or ", ".join(map(str, unsupported))
    verdict = "failed" if problem else "rolled out, nothing left to do"
    _say(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)")
    if problem:
        _say(problem)
    return not problem


def _merged(policies: dict[str, Any]) -> dict[str, Any]:
    """
    Return the policies of all accounts as one: one role has them all.
    """
    statements = [
        statement | {"Sid": f"{statement['Sid']}{name.title()}"}
        for name, policy in policies.items()
        for statement in policy["Statement"]
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _rolled_out(file: Path, env: dict[str, str]) -> str:
    """
    Plan, apply and plan again; return what went wrong, or nothing.
    """
    planned = _closednet(env, "plan", os.fspath(file), "--json")
    if planned.returncode:
        return planned.stdout + planned.stderr
    digest = str(json.loads(planned.stdout)["digest"])
    applied = _closednet(env, "apply", os.fspath(file), "--approve", digest)
    if applied.returncode:
        return applied.stdout[-2000:] + applied.stderr[-2000:]
    again = _closednet(env, "plan", os.fspath(file))
    return "" if "nothing to do" in again.stdout else again.stdout + again.stderr


def _closednet(
    env: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "closednet", *arguments]
    return subprocess.run(  # noqa: S603 - our own command
        command, env=env, check=False, capture_output=True, text=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
