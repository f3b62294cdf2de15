"""
KMS keys: whether the key that sessions are encrypted with can be used. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.aws.tolerance import Tolerating


if TYPE_CHECKING:
    from closednet.aws.account import Account


@dataclass(frozen=True, slots=True)
class KeyState:
    """
    What matters about a key; `state` is empty when it does not exist.
    """

    arn: str
    state: str = ""
    usage: str = ""

    @property
    def usable(self) -> bool:
        """
        Whether the key encrypts and decrypts now.
        """
        return self.state == "Enabled" and self.usage == "ENCRYPT_DECRYPT"


class Keys:
    """
    Reads keys of an account.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def state(self, arn: str) -> KeyState:
        """
        Return the state of a key.
        """
        call = self._account.call("kms:DescribeKey", arn)
        with Tolerating("NotFoundException"), call:
            raw = self._account.kms.describe_key(KeyId=arn)["KeyMetadata"]
            return KeyState(arn, raw.get("KeyState", ""), raw.get("KeyUsage", ""))
        return KeyState(arn)
