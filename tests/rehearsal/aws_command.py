"""
A stand-in for the AWS CLI, as far as scripts of the instruction mode use it.

It makes the call with boto3 and prints what the real one prints; the profile is the
account's role.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys

from datetime import datetime
from typing import Any

import boto3

from botocore import xform_name
from botocore.exceptions import ClientError


def main(argv: list[str]) -> int:
    """
    Make one call and return the exit code.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("operation")
    parser.add_argument("places", nargs="*")
    parser.add_argument("--profile", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--output", choices=["json"])
    parser.add_argument("--no-paginate", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--cli-input-json", choices=["file:///dev/stdin"])
    given = parser.parse_args(argv)
    session = _session(given.profile, given.region)
    if (given.service, given.operation) == ("s3", "cp"):
        return _copy(session, given.places[0])
    params = json.load(sys.stdin) if given.cli_input_json else {}
    client = session.client("s3" if given.service == "s3api" else given.service)
    names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    operation = names[given.operation]
    try:
        answer = getattr(client, xform_name(operation))(**_typed(client, operation, params))
    except ClientError as err:
        sys.stderr.write(f"\n{err}\n")
        return 254
    answer.pop("ResponseMetadata", None)
    if answer:
        sys.stdout.write(json.dumps(answer, indent=4, default=_printed) + "\n")
    return 0


def _session(profile: str, region: str) -> boto3.Session:
    operator = boto3.Session(
        os.environ["OPERATOR_KEY"], os.environ["OPERATOR_SECRET"], region_name=region
    )
    keys = operator.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{profile}:role/closednet-operator",
        RoleSessionName="by-hand",
    )["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=region,
    )


def _copy(session: boto3.Session, place: str) -> int:
    bucket, _, key = place.removeprefix("s3://").partition("/")
    body = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    sys.stdout.write(body.read().decode())
    return 0


def _typed(client: Any, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """
    Turn Base64 into bytes where the service wants bytes, as the CLI does.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    return {
        name: base64.b64decode(value)
        if members[name].type_name == "blob"
        else value
        for name, value in params.items()
    }


def _printed(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
