"""
Stand-in for `amazon-cloudwatch-agent-ctl`.
"""

from __future__ import annotations

import json
import sys
import time

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import cloudwatch_rules, services
from closednet_rehearsal.host import cloudwatch_settings as settings
from closednet_rehearsal.host.cloudwatch_download import CtlError, fetch, region_of


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.machine import Machine

HEADLINE: Final = "****** processing amazon-cloudwatch-agent ******"
MODES: Final = frozenset({"ec2", "onPremise", "onPrem", "auto"})
WITH_VALUE: Final = "acmlde"
CONFIGURING: Final = {
    "fetch-config": "default",
    "append-config": "append",
    "remove-config": "remove",
}
FIRST_PHASE: Final = (
    "configuration validation first phase failed. Agent version: 1.0. Verify the"
    " JSON input is only using features supported by this version"
)


def main(machine: Machine, _: str, arguments: list[str]) -> int:
    """
    Run one action; `status` is answered by the shell already.
    """
    options = _parse(arguments)
    action, mode = options.get("a", ""), options.get("m", "ec2")
    if mode not in MODES:
        print(f"Invalid mode: {mode}", file=sys.stderr)
        return 1
    try:
        _act(machine, action, mode, options)
    except CtlError as error:
        for line in str(error).splitlines():
            print(f"{time.strftime('%Y/%m/%d %H:%M:%S')} {line}", file=sys.stderr)
        return 1
    return 0


def _act(machine: Machine, action: str, mode: str, options: dict[str, str]) -> None:
    if action in CONFIGURING:
        print(HEADLINE)
        source = options.get("c", "default")
        _configure(machine, source, mode, CONFIGURING[action])
        if "s" in options:
            _stop(machine)
            _start(machine, mode)
    elif action in {"start", "stop"}:
        print(HEADLINE)
        if action == "stop":
            _stop(machine)
        else:
            _start(machine, mode)
    elif action == "set-log-level":
        print(f"Set CWAGENT_LOG_LEVEL to {options.get('l', '')}")
    else:
        raise CtlError(f"Invalid action: {action}")


def _parse(arguments: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        letter = word[1:2]
        if letter and letter in WITH_VALUE:
            options[letter] = word[2:] or next(rest, "")
        elif letter:
            options |= dict.fromkeys(word[1:], "")
    return options


def _start(machine: Machine, mode: str) -> None:
    if services.is_active(machine, settings.UNIT):
        print("amazon-cloudwatch-agent has already been started")
        return
    if not (machine.root / settings.TOML).exists():
        print(
            "amazon-cloudwatch-agent is not configured."
            " Applying amazon-cloudwatch-agent default configuration."
        )
        _configure(machine, "default", mode, "default")
    text = services.enable(machine, settings.UNIT)
    if text:
        print(text, file=sys.stderr)
    services.start(machine, settings.UNIT)


def _stop(machine: Machine) -> None:
    if services.is_active(machine, settings.UNIT):
        services.stop(machine, settings.UNIT)
    else:
        print("amazon-cloudwatch-agent has already been stopped")


def _configure(machine: Machine, source: str, mode: str, how: str) -> None:
    folder = machine.root / settings.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if source == "all" and how != "remove":
        print(
            'ignore cwa configuration "all" as it is only supported by action'
            ' "remove-config"'
        )
        return
    if source == "all":
        _empty(folder)
    else:
        fetch(machine, source, mode, how)
    if not any(folder.iterdir()):
        print("all amazon-cloudwatch-agent configurations have been removed")
        for name in (settings.TOML, settings.YAML):
            (machine.root / name).unlink(missing_ok=True)
        return
    print("Start configuration validation...")
    _translate(machine, mode, how)
    if how == "default":
        _empty(folder, but=settings.FRESH)
    for file in folder.glob(f"*{settings.FRESH}"):
        file.replace(file.with_suffix(""))


def _empty(folder: Path, but: str = "none") -> None:
    for file in folder.iterdir():
        if file.suffix != but:
            file.unlink()


def _translate(machine: Machine, mode: str, how: str) -> None:
    folder = machine.root / settings.FOLDER
    try:
        config = settings.merged(folder, fresh=True, kept=how != "default")
    except ValueError as error:
        text = f"failed to generate merged json config: {error}"
        raise CtlError(f"E! {text}\n{FIRST_PHASE}") from error
    found = cloudwatch_rules.problems(config)
    region = config.get("agent", {}).get("region") or region_of(machine, mode)
    if not region:
        path = "/agent/ruleRegion/"
        text = f"Region info is missing for mode: {mode}"
        found.append(f"Under path : {path} | Error : {text}")
    if found:
        raise CtlError("\n".join([*found, FIRST_PHASE]))
    print("I! Valid Json input schema.")
    print("Configuration validation first phase succeeded")
    (machine.root / settings.TOML).write_text(f'[agent]\n  region = "{region}"\n')
    (machine.root / settings.YAML).write_text(json.dumps(config, indent=1))
    (machine.root / settings.VALIDATION_LOG).write_text("")
    print("Configuration validation second phase succeeded")
    print("Configuration validation succeeded")
