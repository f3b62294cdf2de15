"""
What becomes of the evidence of a run: signed, time-stamped, laid down.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from closednet.params.fields import BucketName, KeyArn, Section


class Signature(Section):
    """
    Who signs an archive; without a signature, its digests say what changed, not who.
    """

    method: Literal["none", "ed25519", "ssh", "kms"] = Field(
        "none", description="ed25519: a PEM file; ssh: an SSH key; kms: a key in KMS."
    )
    key_file: str | None = Field(
        None,
        description="The key of ed25519 or ssh, from this file; for ssh it may be the"
        " public half of a key that the ssh-agent holds.",
    )
    kms_key_arn: KeyArn | None = Field(
        None, description="The key of kms: ECC_NIST_P256 or RSA, for SIGN_VERIFY."
    )


class TimeStamp(Section):
    """
    A time-stamp authority (RFC 3161), which says when an archive existed.
    """

    url: str | None = Field(
        None,
        pattern=r"^https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/?=&%+-]*)?$",
        description="Where it is asked; null: no time stamp.",
    )
    authority_file: str | None = Field(
        None, description="Its certificates (PEM), from this file, to judge its answer."
    )


class Deposit(Section):
    """
    A bucket with versioning and Object Lock, in which archives are laid down.
    """

    bucket: BucketName | None = Field(
        None, description="A bucket of the management account; null: no deposit."
    )
    prefix: str = Field(
        "evidence",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/_-]{0,200}$",
        description="Beginning of the objects' keys.",
    )
    mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        "GOVERNANCE", description="COMPLIANCE: nobody can delete it before its time."
    )
    retention_days: int = Field(
        365, ge=1, le=36500, description="How long the archive cannot be deleted."
    )


class Evidence(Section):
    """
    How the archive of a run is sealed, and where it goes; all of it may be left out.
    """

    signature: Signature = Signature()
    time_stamp: TimeStamp = TimeStamp()
    deposit: Deposit = Deposit()
