"""
Somebody who works in an account of a rehearsal, beside the runbook.
"""

from __future__ import annotations

from typing import Any

import boto3

from closednet_rehearsal.settings import (
    OPERATOR_KEY_ID,
    OPERATOR_ROLE,
    OPERATOR_SECRET_KEY,
    REGION,
)


def session(url: str, account: str, name: str) -> Any:
    """
    Return a session in `account`, by the operator's role, under this name.
    """
    first: Any = boto3.Session(OPERATOR_KEY_ID, OPERATOR_SECRET_KEY, region_name=REGION)
    keys = first.client("sts", endpoint_url=url).assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{OPERATOR_ROLE}", RoleSessionName=name
    )["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=REGION,
    )
