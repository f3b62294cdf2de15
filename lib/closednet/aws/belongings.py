"""
What the management account brings along: the session key and the bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import AwsDenied, AwsError


if TYPE_CHECKING:
    from closednet.aws.account import Account

ABSENT: Final = frozenset({"404", "NoSuchBucket", "NotFoundException"})


class Belongings:
    """
    Reads the existing key and bucket.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def key_state(self, arn: str) -> str:
        """
        Return the key's state, `Enabled` when it is usable.
        """
        try:
            with self._account.call("kms:DescribeKey", arn):
                answer = self._account.kms.describe_key(KeyId=arn)
        except AwsError as err:
            return self._why(err)
        return str(answer["KeyMetadata"].get("KeyState", "unknown"))

    def bucket_state(self, name: str) -> str:
        """
        Return `exists`, or why the bucket cannot be used.
        """
        try:
            with self._account.call("s3:ListBucket", name):
                self._account.s3.head_bucket(Bucket=name)
        except AwsError as err:
            return self._why(err)
        return "exists"

    def _why(self, err: AwsError) -> str:
        if err.code in ABSENT:
            return "does not exist"
        if isinstance(err, AwsDenied):
            return f"access denied; {err.hint}"
        raise err
