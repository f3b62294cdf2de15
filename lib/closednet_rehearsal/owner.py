"""
Plays the owner of a bucket and a key in the network account.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final

import boto3
import yaml

from closednet.model.owner_policies import owner_policies
from closednet.params.load import load
from closednet_rehearsal.operator import ADMINISTRATOR
from closednet_rehearsal.settings import (
    NETWORK_ACCOUNT,
    OPERATOR_KEY_ID,
    OPERATOR_ROLE,
    OPERATOR_SECRET_KEY,
    REGION,
)


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.running import Running

BUCKET: Final = f"shared-command-output-{NETWORK_ACCOUNT}"


def provide(rehearsal: Running, file: Path) -> None:
    """
    Make bucket and key, name them in `file`, and add what is handed over.
    """
    rehearsal.tell("operator-policy", **ADMINISTRATOR)
    session = _session(rehearsal.endpoint_url)
    kms = session.client("kms", endpoint_url=rehearsal.endpoint_url)
    s3 = session.client("s3", endpoint_url=rehearsal.endpoint_url)
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


def _session(url: str) -> Any:
    first: Any = boto3.Session(OPERATOR_KEY_ID, OPERATOR_SECRET_KEY, region_name=REGION)
    role = f"arn:aws:iam::{NETWORK_ACCOUNT}:role/{OPERATOR_ROLE}"
    keys = first.client("sts", endpoint_url=url).assume_role(
        RoleArn=role, RoleSessionName="owner"
    )["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=REGION,
    )
