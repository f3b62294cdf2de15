"""
Packages in AWS-owned buckets, under every name that reaches them.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request

from typing import TYPE_CHECKING, Any

import pytest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from closednet_rehearsal.settings import OUTPUT_BUCKET


if TYPE_CHECKING:
    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws

BUCKET = "amazon-ssm-ap-northeast-1"
KEY = "latest/debian_amd64/amazon-ssm-agent.deb"
HOSTS = {
    "127.0.0.1": f"/{BUCKET}/{KEY}",
    "s3.ap-northeast-1.amazonaws.com": f"/{BUCKET}/{KEY}",
    f"{BUCKET}.s3.ap-northeast-1.amazonaws.com": f"/{KEY}",
    "bucket.vpce-0123-abcd.s3.ap-northeast-1.vpce.amazonaws.com": f"/{BUCKET}/{KEY}",
    f"{BUCKET}.bucket.vpce-0123-abcd.s3.ap-northeast-1.vpce.amazonaws.com": f"/{KEY}",
}


def fetch(server: Server, path: str, host: str = "127.0.0.1") -> bytes:
    """
    Return what an unsigned GET returns.
    """
    url = f"{server.endpoint_url}{path}"
    request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        body: bytes = answer.read()
        return body


@pytest.mark.parametrize("host", HOSTS)
def test_package_has_many_names(server: Server, host: str) -> None:
    package = json.loads(fetch(server, HOSTS[host], host))

    assert package["rehearsal_package"]
    assert "amazon-ssm-agent" == package["name"]
    assert "amd64" == package["architecture"]


def test_signature_verifies_and_names_the_published_key(server: Server) -> None:
    content = fetch(server, f"/{BUCKET}/{KEY}")
    signature = json.loads(fetch(server, f"/{BUCKET}/{KEY}.sig"))
    public = json.loads(fetch(server, f"/{BUCKET}/latest/amazon-ssm-agent.gpg"))
    key = serialization.load_pem_public_key(public["rehearsal_public_key"].encode())
    made = base64.b64decode(signature["signature"])

    assert public["fingerprint"] == signature["key_fingerprint"]
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(made, content, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(made, content + b" ", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    "path",
    [
        f"/{BUCKET}/latest/VERSION",
        f"/{BUCKET}/ssm-agent-manifest.json",
        f"/{BUCKET}/latest/linux_arm64/amazon-ssm-agent.rpm.sig",
        "/ap-northeast-1-birdwatcher-prod/redhat/amd64/latest/amazon-cloudwatch-agent.rpm",
        "/amazoncloudwatch-agent-ap-northeast-1/ubuntu/arm64/latest/amazon-cloudwatch-agent.deb",
    ],
)
def test_everything_that_agents_read_is_there(server: Server, path: str) -> None:
    assert fetch(server, path)


@pytest.mark.parametrize("path", [f"/{BUCKET}/nothing", f"/{OUTPUT_BUCKET}/nothing"])
def test_unsigned_strangers_are_denied(server: Server, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(server, path)
    with caught.value as error:
        assert 403 == error.code
        assert b"<Code>AccessDenied</Code>" in error.read()


def test_own_bucket_keeps_objects(management: Aws) -> None:
    s3: Any = management.client("s3")
    s3.put_object(Bucket=OUTPUT_BUCKET, Key="a/b", Body=b"rehearsal")
    body = s3.get_object(Bucket=OUTPUT_BUCKET, Key="a/b")["Body"].read()
    s3.delete_object(Bucket=OUTPUT_BUCKET, Key="a/b")

    assert b"rehearsal" == body


def test_bucket_listing_has_pages(management: Aws) -> None:
    s3 = management.client("s3")
    keys = {f"pages/{number}" for number in range(7)}
    for key in keys:
        s3.put_object(Bucket=OUTPUT_BUCKET, Key=key, Body=b"rehearsal")
    first = s3.list_objects_v2(Bucket=OUTPUT_BUCKET, Prefix="pages/")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=OUTPUT_BUCKET)
    found = {each["Key"] for page in pages for each in page["Contents"]}
    for key in keys:
        s3.delete_object(Bucket=OUTPUT_BUCKET, Key=key)

    assert 5 == len(first["Contents"])
    assert first["IsTruncated"]
    assert keys <= found


def test_aws_owned_bucket_cannot_be_written(management: Aws) -> None:
    s3 = management.client("s3")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key="x", Body=b"x")
