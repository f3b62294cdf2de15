"""
Signature Version 4, with a secret or with a managed node's own RSA key.
"""

from __future__ import annotations

import base64
import hmac
import time

from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from closednet_rehearsal.host.machine import now


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.host.wire import Request

ALGORITHM: Final = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """
    An access key, with a session token where it is temporary.
    """

    key_id: str
    secret: str
    token: str = ""


def sign(
    request: Request, credentials: Credentials, region: str, service: str
) -> Request:
    """
    Return the request signed with credentials.
    """

    def signature(scope: str, text: bytes) -> str:
        key = f"AWS4{credentials.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text, "sha256").hex()

    extra = {"X-Amz-Security-Token": credentials.token} if credentials.token else {}
    return _signed(request, credentials.key_id, f"{region}/{service}", extra, signature)


def sign_with_key(request: Request, node_id: str, region: str, der: bytes) -> Request:
    """
    Return the request signed by a managed node: RSA-PSS over the same text.
    """
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    key = serialization.load_der_private_key(der, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the registration's key is not an RSA key")

    def signature(_: str, text: bytes) -> str:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return base64.b64encode(key.sign(text, pss, hashes.SHA256())).decode()

    return _signed(request, node_id, f"{region}/ssm", {}, signature)


def _signed(
    request: Request,
    key_id: str,
    where: str,
    extra: dict[str, str],
    signature: Callable[[str, bytes], str],
) -> Request:
    moment = time.gmtime(now())
    date = time.strftime("%Y%m%dT%H%M%SZ", moment)
    scope = f"{date[:8]}/{where}/aws4_request"
    digest = sha256(request.body).hexdigest()
    headers = {**request.headers, "X-Amz-Date": date, **extra}
    if where.endswith("/s3"):
        headers["X-Amz-Content-Sha256"] = digest
    shown = {name.lower(): value for name, value in headers.items()}
    shown["host"] = request.host
    names = ";".join(sorted(shown))
    path, _, query = request.target.partition("?")
    canonical = "\n".join(
        (
            request.method,
            quote(path, safe="/%-_.~"),
            query,
            "".join(f"{name}:{shown[name].strip()}\n" for name in sorted(shown)),
            names,
            digest,
        )
    )
    hashed = sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{date}\n{scope}\n{hashed}".encode()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names},"
        f" Signature={signature(scope, text)}"
    )
    return request._replace(headers=headers)
