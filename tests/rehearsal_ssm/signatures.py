"""
Signatures as an agent makes them, written from the protocol alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.rehearsal_ssm.wires import REGION


TOKEN_HEADERS = ("content-type", "host", "x-amz-date", "x-amz-target")
HMAC_HEADERS = (
    "content-length",
    "content-type",
    "host",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
)


@cache
def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    """
    Return an RSA key; making one takes time, so they are shared.
    """
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_text(key: rsa.RSAPrivateKey) -> str:
    """
    Return the public key the way the agent sends it.
    """
    public = key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def unsigned(headers: dict[str, str]) -> None:
    """
    Leave a request unsigned, also without a date.
    """
    del headers["X-Amz-Date"]


def sign_rsa(
    headers: dict[str, str], body: bytes, node_id: str, key: rsa.RSAPrivateKey
) -> None:
    """
    Sign with a node's own key.
    """
    text, scope = _text(headers, body, TOKEN_HEADERS, "ssm")
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = base64.b64encode(key.sign(text, pss, hashes.SHA256())).decode()
    _authorize(headers, node_id, scope, TOKEN_HEADERS, signature)


def sign_hmac(headers: dict[str, str], body: bytes, token: dict[str, str]) -> None:
    """
    Sign with issued credentials.
    """
    headers["X-Amz-Security-Token"] = token["SessionToken"]
    is_ssm = headers["X-Amz-Target"].startswith("AmazonSSM")
    service = "ssm" if is_ssm else "ec2messages"
    text, scope = _text(headers, body, HMAC_HEADERS, service)
    key = ("AWS4" + token["SecretAccessKey"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text, hashlib.sha256).hexdigest()
    _authorize(headers, token["AccessKeyId"], scope, HMAC_HEADERS, signature)


def _text(
    headers: dict[str, str], body: bytes, names: tuple[str, ...], service: str
) -> tuple[bytes, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    lines = [f"{name}:{lower[name]}" for name in names]
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), digest])
    date = lower["x-amz-date"]
    scope = f"{date[:8]}/{REGION}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}".encode(), scope


def _authorize(
    headers: dict[str, str],
    key_id: str,
    scope: str,
    names: tuple[str, ...],
    signature: str,
) -> None:
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
