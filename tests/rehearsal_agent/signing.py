"""
Signature Version 4 as an agent makes it: with a secret, or with its RSA key.

Written from the protocol's description alone; nothing here is the server's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """
    What is signed.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Scope:
    """
    What a signature is for; `day` is by default that of the request.
    """

    region: str
    service: str
    day: str = ""


def moment(skew_s: float = 0.0) -> str:
    """
    Return the time of now as `X-Amz-Date` has it.
    """
    now = datetime.now(UTC).timestamp() + skew_s
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")


def by_secret(
    request: Request,
    scope: Scope,
    key: tuple[str, str],
    leave_out: frozenset[str] = frozenset(),
) -> str:
    """
    Return the Authorization header for an access key (id, secret).
    """
    names = sorted({name.lower() for name in request.headers} - leave_out)
    text, full = _text(request, scope, names)
    derived = b"AWS4" + key[1].encode()
    for part in full.split("/"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text, hashlib.sha256).hexdigest()
    return _header(key[0], full, names, signature)


def by_key(
    request: Request,
    scope: Scope,
    node_id: str,
    key: rsa.RSAPrivateKey,
) -> str:
    """
    Return the Authorization header of a node that has nothing but its RSA key.
    """
    names = ["content-type", "host", "x-amz-date", "x-amz-target"]
    text, full = _text(request, scope, names)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    raw = key.sign(text, pss, hashes.SHA256())
    return _header(node_id, full, names, base64.b64encode(raw).decode())


def _text(request: Request, scope: Scope, names: list[str]) -> tuple[bytes, str]:
    lower = {name.lower(): value for name, value in request.headers.items()}
    path, _, query = request.target.partition("?")
    lines = [request.method, path, query]
    lines += [f"{name}:{lower[name].strip()}" for name in names]
    lines += ["", ";".join(names), hashlib.sha256(request.body).hexdigest()]
    date = lower["x-amz-date"]
    day = scope.day or date[:8]
    full = f"{day}/{scope.region}/{scope.service}/aws4_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"AWS4-HMAC-SHA256\n{date}\n{full}\n{digest}".encode(), full


def _header(key_id: str, scope: str, names: list[str], signature: str) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
