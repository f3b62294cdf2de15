"""
Objects in a bucket with Object Lock: put once, read back, not to be deleted.
"""

from __future__ import annotations

import base64

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from closednet.aws.tolerance import Tolerating


if TYPE_CHECKING:
    from closednet.aws.account import Account

Mode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True, slots=True)
class Lock:
    """
    How long a version of an object is kept from deletion; no mode, not at all.
    """

    mode: str = ""
    until: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deposits:
    """
    Puts and reads the objects of one bucket.
    """

    account: Account
    bucket: str

    def missing(self) -> tuple[str, ...]:
        """
        Return which of versioning and Object Lock the bucket lacks.
        """
        with self.account.call("s3:GetBucketVersioning", self.bucket):
            answer = self.account.s3.get_bucket_versioning(Bucket=self.bucket)
        found = {"versioning": answer.get("Status") == "Enabled", "Object Lock": False}
        call = self.account.call("s3:GetBucketObjectLockConfiguration", self.bucket)
        with Tolerating("ObjectLockConfigurationNotFoundError"), call:
            raw = self.account.s3.get_object_lock_configuration(Bucket=self.bucket)
            lock = raw.get("ObjectLockConfiguration", {})
            found["Object Lock"] = lock.get("ObjectLockEnabled") == "Enabled"
        return tuple(name for name, there in found.items() if not there)

    def put(self, key: str, body: bytes, lock: Lock) -> str:
        """
        Put an object that stays until its time; return the id of its version.

        S3 itself compares what arrived with the checksum.
        """
        mode: Mode = "COMPLIANCE" if lock.mode == "COMPLIANCE" else "GOVERNANCE"
        checksum = base64.b64encode(sha256(body).digest()).decode()
        with self.account.call("s3:PutObject", f"{self.bucket}/{key}"):
            answer = self.account.s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType="application/zip",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                ObjectLockMode=mode,
                ObjectLockRetainUntilDate=lock.until,
            )
        return answer.get("VersionId", "")

    def read(self, key: str, version: str) -> bytes:
        """
        Return the content of a version of an object.
        """
        with self.account.call("s3:GetObject", f"{self.bucket}/{key}"):
            answer = self.account.s3.get_object(
                Bucket=self.bucket, Key=key, VersionId=version
            )
            return answer["Body"].read()

    def lock(self, key: str, version: str) -> Lock:
        """
        Return how a version of an object is kept.
        """
        call = self.account.call("s3:GetObjectRetention", f"{self.bucket}/{key}")
        with Tolerating("NoSuchObjectLockConfiguration"), call:
            answer = self.account.s3.head_object(
                Bucket=self.bucket, Key=key, VersionId=version
            )
            mode = answer.get("ObjectLockMode")
            if mode:
                return Lock(mode, answer["ObjectLockRetainUntilDate"])
        return Lock()
