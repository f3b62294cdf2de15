"""
Servers on a small AWS, and the promise that no process of theirs is left.
"""

from __future__ import annotations

import subprocess

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.host.fleet import Fleet, HostSpec
from closednet_rehearsal.host.processes import inside
from closednet_rehearsal.packages import objects
from tests.rehearsal_hosts.doubles import Aws, serving
from tests.rehearsal_hosts.resolvers import resolving


if TYPE_CHECKING:
    from pathlib import Path


REGION = "ap-northeast-1"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
HOSTS = (
    HostSpec("web01", "192.168.10.11", "ubuntu", "22.04"),
    HostSpec("db01", "192.168.10.21", "rhel", "9"),
    HostSpec("pi01", "192.168.10.31", "debian", "12", "arm64"),
)


@pytest.fixture(name="names")
def _names() -> dict[str, str]:
    services = ("ssm", "ssmmessages", "ec2messages", "logs", "monitoring", "s3")
    names = {f"{name}.{REGION}.amazonaws.com": "10.20.1.21" for name in services}
    two = {f"kms.{REGION}.amazonaws.com": "10.20.1.22 10.20.2.22"}
    return names | two | {f"sts.{REGION}.amazonaws.com": "198.51.100.7"}


@pytest.fixture(name="aws")
def _aws() -> Iterator[Aws]:
    held = objects(REGION)
    regional = f"s3.{REGION}.amazonaws.com"
    by_path = {f"{regional}/{b}/{key}": content for (b, key), content in held.items()}
    by_host = {f"{b}.{regional}/{key}": content for (b, key), content in held.items()}
    with serving(Aws(objects=by_path | by_host)) as aws:
        yield aws


@pytest.fixture(name="fleet")
def _fleet(tmp_path: Path, aws: Aws, names: dict[str, str]) -> Iterator[Fleet]:
    with resolving(names) as dns:
        fleet = Fleet(tmp_path, aws.url, dns)
        fleet.create(HOSTS)
        yield fleet
        fleet.stop()
        left = inside(fleet.folder(host.name) for host in HOSTS)
    assert left == []


@pytest.fixture(name="run")
def _run(fleet: Fleet) -> Run:
    def run(
        host: str, command: str, *, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [fleet.ssh, "-o", "BatchMode=yes", f"root@{host}", command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    return run
