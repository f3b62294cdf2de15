"""
Where the CloudWatch agent keeps its settings, and whose credentials it uses.
"""

from __future__ import annotations

import json
import time

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet_rehearsal.host.credentials_file import read_section, sections
from closednet_rehearsal.host.signing import Credentials


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.machine import Machine

HOME: Final = "opt/aws/amazon-cloudwatch-agent"
FOLDER: Final = f"{HOME}/etc/amazon-cloudwatch-agent.d"
TOML: Final = f"{HOME}/etc/amazon-cloudwatch-agent.toml"
YAML: Final = f"{HOME}/etc/amazon-cloudwatch-agent.yaml"
COMMON: Final = f"{HOME}/etc/common-config.toml"
VALIDATION_LOG: Final = f"{HOME}/logs/configuration-validation.log"
LOG: Final = f"{HOME}/logs/amazon-cloudwatch-agent.log"
UNIT: Final = "amazon-cloudwatch-agent"
DEFAULT_PROFILE: Final = "AmazonCloudWatchAgent"
DEFAULT_FILE: Final = "/root/.aws/credentials"
FRESH: Final = ".tmp"
REREAD_S: Final = 600.0


class Profile(NamedTuple):
    """
    A profile of a credentials file; one that was chosen is read again and again.
    """

    name: str
    file: Path
    chosen: bool


class NoCredentialsError(Exception):
    """
    There is no usable profile; worded as the AWS SDK for Go words it.
    """


def profile(machine: Machine) -> Profile:
    """
    Return the profile that common-config.toml names, or the default one.
    """
    common = read_section(machine.root / COMMON, "credentials")
    name = common.get("shared_credential_profile", DEFAULT_PROFILE)
    file = common.get("shared_credential_file", DEFAULT_FILE)
    return Profile(name, machine.inside(file), bool(common))


def profile_region(used: Profile) -> str:
    """
    Return the Region of a profile: in the credentials file, or in `config` beside.
    """
    config = used.file.with_name("config")
    places = [(used.file, used.name), (config, f"profile {used.name}")]
    if used.name == "default":
        places.append((config, "default"))
    if not any(section in sections(file) for file, section in places):
        return ""
    found = (read_section(file, section).get("region", "") for file, section in places)
    return next((region for region in found if region), "")


def read_credentials(used: Profile) -> Credentials:
    """
    Return a profile's key.

    Raises:
        NoCredentialsError: There is none.
    """
    held = read_section(used.file, used.name)
    key_id, secret = held.get("aws_access_key_id"), held.get("aws_secret_access_key")
    if not key_id or not secret:
        problem = f"SharedCredsLoad: failed to get profile {used.name}"
        raise NoCredentialsError(
            f"NoCredentialProviders: no valid providers\n{problem}"
        )
    return Credentials(key_id, secret, held.get("aws_session_token", ""))


class Provider:
    """
    A profile's key; kept for ten minutes of the server, or for ever by default.
    """

    def __init__(self, machine: Machine, used: Profile) -> None:
        self._used = used
        self._lifetime = REREAD_S / machine.speed
        self._read_at = 0.0
        self._kept: Credentials | None = None

    def __call__(self) -> Credentials:
        age = time.monotonic() - self._read_at
        if self._kept is None or (self._used.chosen and age >= self._lifetime):
            self._kept = read_credentials(self._used)
            self._read_at = time.monotonic()
        return self._kept

    def forget(self) -> None:
        """
        Read the file again next time, if it is one that rotates.
        """
        if self._used.chosen:
            self._kept = None


def merged(folder: Path, *, fresh: bool, kept: bool) -> dict[str, Any]:
    """
    Return the configurations in a folder as one: fetched just now, kept, or both.

    Raises:
        ValueError: One of them is not a JSON object.
    """
    whole: dict[str, Any] = {}
    for file in sorted(folder.iterdir()):
        if fresh if file.suffix == FRESH else kept:
            part = json.loads(file.read_text())
            if not isinstance(part, dict):
                raise ValueError("unable to parse json: not an object")
            _merge(whole, part)
    return whole


def _merge(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for name, value in part.items():
        here = whole.get(name)
        if isinstance(here, dict) and isinstance(value, dict):
            _merge(here, value)
        elif isinstance(here, list) and isinstance(value, list):
            here.extend(each for each in value if each not in here)
        else:
            whole[name] = value
