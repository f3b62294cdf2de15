"""
The simulated agent packages in AWS-owned buckets.
"""

from __future__ import annotations

import json

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import AGENT_VERSION, CLOUDWATCH_AGENT_VERSION
from closednet_rehearsal.signing_key import detached_signature, public_key


if TYPE_CHECKING:
    from collections.abc import Iterator


AGENT: Final = "amazon-ssm-agent"
CLOUDWATCH_AGENT: Final = "amazon-cloudwatch-agent"
SETUP_CLI: Final = "ssm-setup-cli"
# It becomes the stand-in of the server that it was downloaded to.
SETUP_CLI_TEXT: Final = """\
#!/bin/sh
exec "${CLOSEDNET_HOST_DIR%/*/*}/stand-ins/program" ssm-setup-cli "$0" "$@"
"""
_SYSTEMS: Final = {
    "deb": ("ubuntu", "debian"),
    "rpm": ("redhat", "centos", "amazon_linux", "suse"),
}
_AGENT_FOLDERS: Final = {"deb": "debian", "rpm": "linux"}
_ARCHITECTURES: Final = ("amd64", "arm64")


def owned_buckets(region: str) -> tuple[str, ...]:
    """
    Return the buckets that AWS owns in a Region and the agents read.
    """
    return (
        f"amazon-ssm-{region}",
        f"{region}-birdwatcher-prod",
        f"amazoncloudwatch-agent-{region}",
        f"aws-ssm-{region}",
        f"aws-ssm-document-attachments-{region}",
        f"patch-baseline-snapshot-{region}",
    )


@cache
def objects(region: str) -> dict[tuple[str, str], bytes]:
    """
    Return every object of the AWS-owned buckets by (bucket, key).
    """
    held = dict(_agent_objects(f"amazon-ssm-{region}"))
    for bucket in (f"{region}-birdwatcher-prod", f"amazoncloudwatch-agent-{region}"):
        held |= dict(_cloudwatch_agent_objects(bucket))
    held[f"amazon-ssm-{region}", "ssm-agent-manifest.json"] = _manifest(held, region)
    for (bucket, key), content in list(held.items()):
        if key.endswith((".deb", ".rpm", SETUP_CLI)):
            held[bucket, f"{key}.sig"] = detached_signature(content)
    return held


def _package(name: str, version: str, architecture: str, kind: str) -> bytes:
    described = {
        "rehearsal_package": True,
        "name": name,
        "version": version,
        "architecture": architecture,
        "format": kind,
    }
    return (json.dumps(described) + "\n").encode()


def _agent_objects(bucket: str) -> Iterator[tuple[tuple[str, str], bytes]]:
    for release in ("latest", AGENT_VERSION):
        for kind, folder in _AGENT_FOLDERS.items():
            for architecture in _ARCHITECTURES:
                key = f"{release}/{folder}_{architecture}/{AGENT}.{kind}"
                made = _package(AGENT, AGENT_VERSION, architecture, kind)
                yield (bucket, key), made
                about = f"# {release}, {folder}_{architecture}\n"
                cli = f"{release}/{folder}_{architecture}/{SETUP_CLI}"
                yield (bucket, cli), f"{SETUP_CLI_TEXT}{about}".encode()
        yield (bucket, f"{release}/VERSION"), f"{AGENT_VERSION}\n".encode()
        yield (bucket, f"{release}/{AGENT}.gpg"), public_key().encode()


def _cloudwatch_agent_objects(bucket: str) -> Iterator[tuple[tuple[str, str], bytes]]:
    for kind, systems in _SYSTEMS.items():
        for system in systems:
            for architecture in _ARCHITECTURES:
                made = _package(
                    CLOUDWATCH_AGENT, CLOUDWATCH_AGENT_VERSION, architecture, kind
                )
                key = f"{system}/{architecture}/latest/{CLOUDWATCH_AGENT}.{kind}"
                yield (bucket, key), made
    yield (bucket, f"assets/{CLOUDWATCH_AGENT}.gpg"), public_key().encode()


def _manifest(held: dict[tuple[str, str], bytes], region: str) -> bytes:
    files = [
        {
            "Name": key.removeprefix("latest/"),
            "AvailableVersions": [
                {"Version": AGENT_VERSION, "Checksum": sha256(content).hexdigest()}
            ],
        }
        for (bucket, key), content in sorted(held.items())
        if bucket == f"amazon-ssm-{region}"
        and key.startswith("latest/")
        and key.endswith((".deb", ".rpm", SETUP_CLI))
    ]
    manifest = {
        "SchemaVersion": "1.0",
        "UriFormat": "https://s3.{Region}.amazonaws.com/amazon-ssm-{Region}/"
        "{PackageName}/{PackageVersion}/{FileName}",
        "Packages": [{"Name": AGENT, "Files": files}],
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()
