"""
Who a server is to Systems Manager, in the files where the real agent keeps it.
"""

from __future__ import annotations

import base64
import json
import time

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet_rehearsal.host.machine import write_private


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.machine import Machine

HOME: Final = "var/lib/amazon/ssm"
KEY: Final = f"{HOME}/Vault/Store/RegistrationKey"
FINGERPRINT: Final = f"{HOME}/Vault/Store/InstanceFingerprint"
SIMILARITY: Final = 40


class Identity(NamedTuple):
    """
    A registered server: its id, its Region, its private key, its fingerprint.
    """

    node_id: str
    region: str
    private_key: bytes
    fingerprint: str


def load(machine: Machine) -> Identity | None:
    """
    Return who the server is; None if it is not registered.
    """
    kept = _read(machine.root / KEY)
    if not kept.get("instanceID"):
        return None
    return Identity(
        str(kept["instanceID"]),
        str(kept["region"]),
        base64.b64decode(kept["privateKey"]),
        fingerprint(machine),
    )


def fingerprint(machine: Machine) -> str:
    """
    Return the server's fingerprint; a cloned or changed machine gets a new one.
    """
    kept = _read(machine.root / FINGERPRINT)
    hardware = _hardware(machine)
    if kept.get("fingerprint") and kept["hardwareHash"] == hardware:
        return str(kept["fingerprint"])
    from hashlib import sha256  # noqa: PLC0415 - OpenSSL's library starts slowly
    from uuid import UUID  # noqa: PLC0415 - needed once in a server's life

    digest = sha256(f"{machine.seed}|{machine.name}|{hardware}".encode()).hexdigest()
    made = str(UUID(digest[:32], version=4))
    told = {
        "fingerprint": made,
        "hardwareHash": hardware,
        "similarityThreshold": SIMILARITY,
    }
    _keep(machine, FINGERPRINT, told)
    return made


def save(machine: Machine, node_id: str, region: str, private_key: bytes) -> None:
    """
    Keep a registration.
    """
    stamp = time.strftime("%Y-%m-%d %H:%M:%S +0000 UTC", time.gmtime())
    told = {
        "instanceID": node_id,
        "region": region,
        "instanceType": "",
        "availabilityZone": "",
        "privateKey": base64.b64encode(private_key).decode(),
        "publicKey": "",
        "privateKeyType": "Rsa",
        "privateKeyCreatedDate": stamp,
    }
    _keep(machine, KEY, told)
    short = {"ManagedInstanceID": node_id, "Region": region}
    write_private(machine.root / HOME / "registration", json.dumps(short))


def clear(machine: Machine) -> None:
    """
    Empty the vault; the short `registration` file stays, as the real agent's does.
    """
    for name in (KEY, FINGERPRINT):
        if (machine.root / name).exists():
            write_private(machine.root / name, "")


def _hardware(machine: Machine) -> dict[str, str]:
    machine_id = (machine.root / "etc/machine-id").read_text().strip()
    return {
        "machine-id": machine_id,
        "hostname-info": machine.name,
        "ipaddress-info": machine.address,
    }


def _keep(machine: Machine, name: str, told: dict[str, Any]) -> None:
    manifest = machine.root / HOME / "Vault/Manifest"
    paths = {
        "InstanceFingerprint": f"/{FINGERPRINT}",
        "RegistrationKey": f"/{KEY}",
    }
    write_private(manifest, json.dumps(paths))
    write_private(machine.root / name, json.dumps(told))
    (machine.root / name).parent.chmod(0o700)


def _read(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
