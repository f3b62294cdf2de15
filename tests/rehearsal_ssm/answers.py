"""
What an agent says about a command.
"""

from __future__ import annotations

from typing import Any


IN_PROGRESS: dict[str, Any] = {"documentStatus": "InProgress", "runtimeStatus": {}}


def success(
    output: str = "hello\n", step: str = "aws:runShellScript"
) -> dict[str, Any]:
    """
    Return the reply of a command that went well.
    """
    return result("Success", 0, output, step)


def result(
    status: str, code: int, output: str = "", step: str = "aws:runShellScript"
) -> dict[str, Any]:
    """
    Return the reply of a command that ended.
    """
    return {
        "additionalInfo": {"runtimeStatusCounts": {status: 1}},
        "documentStatus": status,
        "documentTraceOutput": "",
        "runtimeStatus": {
            step: {
                "status": status,
                "code": code,
                "name": step,
                "output": output,
                "standardOutput": output,
                "standardError": "",
                "startDateTime": "2026-11-23T04:24:22.000Z",
                "endDateTime": "2026-11-23T04:24:22.250Z",
                "stepName": "",
            }
        },
    }
