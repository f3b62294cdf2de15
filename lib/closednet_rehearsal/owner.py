"""
Plays the owner of a bucket and a key in the network account.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Final

import yaml

from closednet.model.owner_policies import owner_policies
from closednet.params.load import load
from closednet_rehearsal.operator import ADMINISTRATOR
from closednet_rehearsal.settings import NETWORK_ACCOUNT, REGION
from closednet_rehearsal.somebody import session


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.running import Running

BUCKET: Final = f"shared-command-output-{NETWORK_ACCOUNT}"


def provide(rehearsal: Running, file: Path) -> None:
    """
    Make bucket and key, name them in `file`, and add what is handed over.
    """
    rehearsal.tell("operator-policy", **ADMINISTRATOR)
    owner = session(rehearsal.endpoint_url, NETWORK_ACCOUNT, "owner")
    kms = owner.client("kms", endpoint_url=rehearsal.endpoint_url)
    s3 = owner.client("s3", endpoint_url=rehearsal.endpoint_url)
    key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    s3.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    raw = yaml.safe_load(file.read_text("utf-8"))
    raw["session"]["kms_key_arn"] = key["Arn"]
    raw["output"]["bucket"] = BUCKET
    file.write_text(yaml.safe_dump(raw, sort_keys=False), "utf-8")
    added = owner_policies(load(file))
    if "key" in added:
        held = json.loads(
            kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        )
        held["Statement"] += added["key"]["Statement"]
        text = json.dumps(held)
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
    if "bucket" in added:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(added["bucket"]))
