"""
The one error that an operation answers with.
"""

from __future__ import annotations


class SsmError(Exception):
    """
    An AWS error code and its text; answered as HTTP 400.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid_instance(*node_ids: str, account: str) -> SsmError:
    """
    Return the refusal for nodes that are unknown, foreign, or offline.
    """
    names = ", ".join(node_ids)
    return SsmError(
        "InvalidInstanceId",
        f"Instances [[{names}]] not in a valid state for account {account}",
    )
