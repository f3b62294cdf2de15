"""
Where the CloudWatch agent's configuration comes from: a file, or Parameter Store.
"""

from __future__ import annotations

import json
import os

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import cloudwatch_settings as settings


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

NO_REGION: Final = {
    True: "please check if you can access the metadata service. For example, on"
    " linux, run 'wget -q -O - http://169.254.169.254/latest/meta-data/instance-id"
    " && echo'",
    False: "please make sure the credentials and region set correctly on your hosts",
}
DEFAULT: Final[dict[str, Any]] = {
    "agent": {"run_as_user": "cwagent"},
    "metrics": {
        "metrics_collected": {
            "disk": {"measurement": ["used_percent"], "resources": ["*"]},
            "mem": {"measurement": ["mem_used_percent"]},
        }
    },
}


class CtlError(Exception):
    """
    What ends the command with exit code 1.
    """


def fetch(machine: Machine, source: str, mode: str, how: str) -> None:
    """
    Put a configuration into the agent's folder, or take it out.

    Raises:
        CtlError: It is not there, or the agent does not know its Region.
    """
    common = machine.root / settings.COMMON
    if not common.exists():
        path = f"/{settings.COMMON}"
        raise CtlError(
            f"E! failed to open Common Config: open {path}: no such file or directory"
        )
    kind, _, place = source.partition(":")
    if kind not in {"default", "ssm", "file"}:
        raise CtlError(f"E! downloadLocation {source} is malformed")
    region = region_of(machine, mode)
    if not region and kind != "default":
        raise CtlError(f"E! {NO_REGION[mode == 'ec2']}")
    folder = machine.root / settings.FOLDER
    for file in folder.glob(f"*{settings.FRESH}"):
        file.unlink()
    try:
        if how == "remove":
            (folder / _kept_as(kind, place)).unlink()
            return
        text = _text(machine, kind, place, region)
    except OSError as error:
        problem = f"open {place}: {error.strerror}".lower()
        raise CtlError(f"E! fail to fetch/remove json config: {problem}") from error
    name = f"{_kept_as(kind, place)}{settings.FRESH}"
    (folder / name).write_text(text)
    print(f"I! SDKRegionWithCredsMap region:  {region}")
    print(f"Successfully fetched the config and saved in /{settings.FOLDER}/{name}")


def _kept_as(kind: str, place: str) -> str:
    base = place.rpartition("/")[2] if kind == "file" else place
    name = f"{kind}_{base}" if base else kind
    return name.replace("/", "_").replace(" ", "_").replace(":", "_")


def region_of(machine: Machine, mode: str) -> str:
    """
    Return the Region of the profile in use, or nothing.
    """
    # A Region in the configuration itself does not count here: the downloader of
    # the real agent has not read it yet. Nothing on premises answers for EC2.
    if mode == "ec2":
        return ""
    used = settings.profile(machine)
    return os.environ.get("AWS_REGION", "") or settings.profile_region(used)


def _text(machine: Machine, kind: str, place: str, region: str) -> str:
    if kind == "default":
        return json.dumps(DEFAULT)
    if kind == "file":
        return machine.inside(place).read_text()
    from closednet_rehearsal.host.aws import Client, ServiceError  # noqa: PLC0415
    from closednet_rehearsal.host.wire import Unreachable  # noqa: PLC0415

    used = settings.profile(machine)
    client = Client(machine, region, lambda: settings.read_credentials(used))
    try:
        told = client.json("ssm", "GetParameter", Name=place, WithDecryption=True)
    except (ServiceError, Unreachable, settings.NoCredentialsError) as error:
        problem = f"error in retrieving parameter store content: {error}"
        raise CtlError(f"E! fail to fetch/remove json config: {problem}") from error
    return str(told["Parameter"]["Value"])
