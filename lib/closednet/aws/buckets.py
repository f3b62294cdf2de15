"""
The output bucket: whether it can be used, and what lies in it. Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError


if TYPE_CHECKING:
    from closednet.aws.account import Account


MISSING: Final = ("404", "NoSuchBucket", "NotFound")
OLDEST_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class BucketState:
    """
    What matters about a bucket; `region` is empty when it does not exist.
    """

    name: str
    region: str = ""
    kms_key: str = ""


class Buckets:
    """
    Reads buckets of an account.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def state(self, name: str) -> BucketState:
        """
        Return where a bucket is and which key encrypts it.
        """
        call = self._account.call("s3:GetBucketLocation", name)
        with Tolerating(*MISSING), call:
            raw = self._account.s3.get_bucket_location(Bucket=name)
            # The oldest Region has no constraint, whatever the types say.
            answer: str | None = raw.get("LocationConstraint")
            region = answer or OLDEST_REGION
            return BucketState(name, region, self._kms_key(name))
        return BucketState(name)

    def tags(self, bucket: str, prefix: str) -> dict[str, str]:
        """
        Return the entity tags of the objects under `prefix`, by key.
        """
        with self._account.call("s3:ListBucket", f"{bucket}/{prefix}"):
            pages = self._account.s3.get_paginator("list_objects_v2")
            return {
                item["Key"]: item["ETag"]
                for page in pages.paginate(Bucket=bucket, Prefix=prefix)
                for item in page.get("Contents", ())
            }

    def text(self, bucket: str, key: str) -> str:
        """
        Return an object as text.
        """
        with self._account.call("s3:GetObject", f"{bucket}/{key}"):
            raw = self._account.s3.get_object(Bucket=bucket, Key=key)
            return raw["Body"].read().decode("utf-8", errors="replace")

    def _kms_key(self, name: str) -> str:
        try:
            with self._account.call("s3:GetEncryptionConfiguration", name):
                raw = self._account.s3.get_bucket_encryption(Bucket=name)
        except AwsError as err:
            if err.code == "ServerSideEncryptionConfigurationNotFoundError":
                return ""
            raise
        rules = raw["ServerSideEncryptionConfiguration"]["Rules"]
        defaults = (r.get("ApplyServerSideEncryptionByDefault", {}) for r in rules)
        return next((d.get("KMSMasterKeyID", "") for d in defaults), "")
