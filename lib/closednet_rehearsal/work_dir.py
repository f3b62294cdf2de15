"""
The files that a running rehearsal leaves for others to find it by.
"""

from __future__ import annotations

import json
import shutil

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet_rehearsal.settings import (
    ON_PREMISES_DNS_SERVER,
    OPERATOR_KEY_ID,
    OPERATOR_SECRET_KEY,
)
from closednet_rehearsal.signing_key import fingerprint, public_key


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from closednet_rehearsal.host.layout import HostSpec


PARAMS: Final = Path("params", "rehearsal.yaml")
READY: Final = "ready.json"
CONNECTION: Final = "connection.yaml"
SIGNING_KEY: Final = "ssm-agent-signing-key.pub"
TLS_FOLDER: Final = "tls"
_VOLATILE: Final = (
    READY,
    CONNECTION,
    SIGNING_KEY,
    "params.yaml",
    "ssh",
    "hosts",
    "addresses",
    "dns",
    "stand-ins",
    TLS_FOLDER,
)


@dataclass(frozen=True, slots=True)
class Tls:
    """
    Where the services answer over TLS: on loopback, and on the site itself.

    `namespace_pid` is a process on the site; without one `reason` says why not.
    """

    url: str
    ca_file: str
    namespace_pid: int | None = None
    user_namespace: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """
    What `start` prints once everything answers.
    """

    endpoint_url: str
    dns: str
    params_file: str | None
    connection_file: str
    work_dir: str
    pid: int
    simulated: bool = True
    tls: Tls | None = None

    def as_json(self) -> str:
        """
        Return one line of JSON.
        """
        return json.dumps(asdict(self)) + "\n"


def read_ready(work_dir: Path) -> Ready | None:
    """
    Return the rehearsal that a work directory tells of, or None.
    """
    try:
        told = json.loads((work_dir / READY).read_text("utf-8"))
        tls = told.pop("tls", None)
        return Ready(**told, tls=Tls(**tls) if tls else None)
    except (FileNotFoundError, TypeError, ValueError):
        return None


def write_connection(
    work_dir: Path,
    url: str,
    inbounds: Mapping[str, str],
    forwarder: str,
    *,
    poll_s: float = 0.15,
) -> Path:
    """
    Write how this machine reaches the rehearsed AWS, its DNS and its servers.
    """
    tunnels = {f"{ON_PREMISES_DNS_SERVER}:53": forwarder}
    # They leave from the site's DNS server, whose address AWS lets in.
    tunnels |= {f"{address}:53": here for address, here in inbounds.items()}
    connection = {
        "endpoint_url": url,
        "static_credentials": {
            "access_key_id": OPERATOR_KEY_ID,
            "secret_access_key": OPERATOR_SECRET_KEY,
        },
        "ssh_command": [str(work_dir / "ssh")],
        "tunnels": tunnels,
        "poll_s": poll_s,
        "timeout_s": 60,
        "simulated": True,
    }
    return _write(work_dir / CONNECTION, yaml.safe_dump(connection, sort_keys=False))


def write_signing_key(work_dir: Path) -> Path:
    """
    Write the public key that the simulated packages are signed with.
    """
    return _write(work_dir / SIGNING_KEY, public_key())


def networks(hosts: Sequence[HostSpec]) -> tuple[str, ...]:
    """
    Return the /24 networks that the servers and their DNS server stand in.
    """
    addresses = [ON_PREMISES_DNS_SERVER, *(host.address for host in hosts)]
    firsts = {address.rpartition(".")[0] for address in addresses}
    return tuple(f"{first}.0/24" for first in sorted(firsts))


MANY: Final = 50


def write_params(
    work_dir: Path,
    start: Path,
    hosts: Sequence[HostSpec],
    dns_product: str | None = None,
) -> Path | None:
    """
    Copy the project's parameters with these servers; None without a project.
    """
    source = next(
        (
            folder / PARAMS
            for folder in (start, *start.parents)
            if (folder / PARAMS).is_file()
        ),
        None,
    )
    if source is None:
        return None
    params: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    params["hosts"] = [
        {"name": host.name, "address": host.address, "os": host.os} for host in hosts
    ]
    params["network"]["on_premises_cidrs"] = list(networks(hosts))
    params["activation"]["registration_limit"] = max(1, len(hosts))
    params["connection"] = {"file": CONNECTION}
    if len(hosts) > MANY:
        params["rollout"] |= {
            "max_concurrency": 20,
            "max_errors": max(1, len(hosts) // 50),
            "waves": [1, 10, 100],
        }
    if dns_product is not None:
        params["name_resolution"]["dns_product"] = dns_product
    agent = params.get("ssm_agent", {})
    if agent.get("signing_key_file"):
        agent["signing_key_file"] = SIGNING_KEY
        agent["signing_key_fingerprint"] = fingerprint()
    text = yaml.safe_dump(params, sort_keys=False, allow_unicode=True)
    return _write(work_dir / "params.yaml", text)


def sweep(work_dir: Path) -> None:
    """
    Remove what belonged to one run; a directory left empty goes as well.
    """
    for name in _VOLATILE:
        path = work_dir / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if work_dir.is_dir() and not any(work_dir.iterdir()):
        work_dir.rmdir()


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path
