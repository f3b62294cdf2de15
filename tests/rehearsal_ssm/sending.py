"""
Commands as the tests send and read them.
"""

from __future__ import annotations

from typing import Any


SHELL = "AWS-RunShellScript"


def send(client: Any, **request: Any) -> str:
    """
    Send a command; return its id.
    """
    request = {
        "DocumentName": SHELL,
        "Parameters": {"commands": ["echo hello"]},
        **request,
    }
    return str(client.send_command(**request)["Command"]["CommandId"])


def command_of(client: Any, command_id: str) -> dict[str, Any]:
    """
    Return a command as it is listed.
    """
    (shown,) = client.list_commands(CommandId=command_id)["Commands"]
    return dict(shown)


def status_of(client: Any, command_id: str) -> tuple[str, str]:
    """
    Return a command's status and details.
    """
    shown = command_of(client, command_id)
    return shown["Status"], shown["StatusDetails"]


def invocations_of(client: Any, command_id: str) -> list[dict[str, Any]]:
    """
    Return all invocations of a command, with their steps.
    """
    pages = client.get_paginator("list_command_invocations").paginate(
        CommandId=command_id, Details=True
    )
    return list(pages.search("CommandInvocations[]"))
