"""
Signatures of the agent: Signature Version 4 with an HMAC, or with its RSA key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import parse_qsl, quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import Environ


ALGORITHM: Final = "AWS4-HMAC-SHA256"
SALT_LENGTH: Final = 32
ALLOWED_SKEW_S: Final = 300
KEY_BITS: Final = 2048
COVERED: Final = ("x-amz-date", "x-amz-security-token", "x-amz-target")
SIGNATURE_MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided."
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """
    A parsed `Authorization` header.
    """

    access_key_id: str
    scope: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def region(self) -> str:
        """
        The Region of the credential scope.
        """
        return self.scope.split("/")[1]

    @property
    def service(self) -> str:
        """
        The service of the credential scope.
        """
        return self.scope.split("/")[2]


def authorization(environ: Environ) -> Authorization | None:
    """
    Parse the `Authorization` header; None when the request is not signed.
    """
    text = environ.get("HTTP_AUTHORIZATION", "")
    match = re.fullmatch(
        ALGORITHM + r"\s+Credential=([^/,]+)/(\d{8}/[^/,]+/[^/,]+/aws4_request),"
        r"\s*SignedHeaders=([^,]+),\s*Signature=(\S+)",
        text,
    )
    if match is None:
        return None
    key_id, scope, headers, signature = match.groups()
    return Authorization(key_id, scope, tuple(headers.split(";")), signature)


def verify_hmac(
    environ: Environ, body: bytes, auth: Authorization, secret: str
) -> None:
    """
    Refuse a request that was not signed with this secret key.
    """
    key = f"AWS4{secret}".encode()
    for part in auth.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    expected = hmac.digest(key, string_to_sign(environ, body, auth), "sha256").hex()
    if not hmac.compare_digest(expected, auth.signature):
        raise SsmError("InvalidSignatureException", SIGNATURE_MISMATCH)


def verify_rsa(
    environ: Environ, body: bytes, auth: Authorization, public_key: str
) -> None:
    """
    Refuse a request that was not signed with the node's own key.
    """
    key = load_public_key(public_key)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), SALT_LENGTH)
    text = string_to_sign(environ, body, auth)
    try:
        signature = base64.b64decode(auth.signature, validate=True)
        key.verify(signature, text, pss, hashes.SHA256())
    except (binascii.Error, InvalidSignature) as error:
        raise SsmError("InvalidSignatureException", SIGNATURE_MISMATCH) from error


def load_public_key(text: str) -> rsa.RSAPublicKey:
    """
    Load a base64 SubjectPublicKeyInfo, RSA with at least 2048 bits.
    """
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise SsmError("InvalidPublicKey", "The public key is not valid") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < KEY_BITS:
        raise SsmError("InvalidPublicKey", f"RSA with {KEY_BITS} bits is needed")
    return key


def check_skew(environ: Environ, wall: float) -> None:
    """
    Refuse a request whose time differs from ours by more than five minutes.
    """
    text = environ.get("HTTP_X_AMZ_DATE", "")
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        message = "Date must be in ISO-8601 'basic format'"
        raise SsmError("IncompleteSignatureException", message) from error
    if abs(moment.timestamp() - wall) > ALLOWED_SKEW_S:
        ours = datetime.fromtimestamp(wall, UTC).strftime("%Y%m%dT%H%M%SZ")
        early = moment.timestamp() < wall
        word, side = ("expired", "earlier") if early else ("not yet current", "later")
        raise SsmError(
            "InvalidSignatureException",
            f"Signature {word}: {text} is now {side} than {ours} by over 5 min.",
        )


def check_scope(
    environ: Environ, auth: Authorization, service: str, region: str
) -> None:
    """
    Refuse a signature that was made for something else, or covers too little.
    """
    if auth.service != service:
        _mismatch(f"Credential should be scoped to correct service: '{service}'.")
    if auth.region != region:
        _mismatch(f"Credential should be scoped to a valid region: '{region}'.")
    day, moment = auth.scope.split("/")[0], environ.get("HTTP_X_AMZ_DATE", "")
    if not moment.startswith(day):
        _mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 "
            f"version of date from HTTP: '{day}' != '{moment[:8]}', from '{moment}'."
        )
    if "host" not in auth.signed_headers:
        _mismatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        )
    for name in COVERED:
        if _header(environ, name) and name not in auth.signed_headers:
            _mismatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")


def _mismatch(message: str) -> NoReturn:
    raise SsmError("InvalidSignatureException", message)


def string_to_sign(environ: Environ, body: bytes, auth: Authorization) -> bytes:
    """
    Return what the client signed, rebuilt from the request.
    """
    headers = "".join(
        f"{name}:{_header(environ, name)}\n" for name in auth.signed_headers
    )
    canonical = "\n".join(
        (
            environ["REQUEST_METHOD"],
            quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")),
            _query(environ.get("QUERY_STRING", "")),
            headers,
            ";".join(auth.signed_headers),
            sha256(body).hexdigest(),
        )
    )
    digest = sha256(canonical.encode()).hexdigest()
    date = environ.get("HTTP_X_AMZ_DATE", "")
    return f"{ALGORITHM}\n{date}\n{auth.scope}\n{digest}".encode()


def _header(environ: Environ, name: str) -> str:
    variable = name.upper().replace("-", "_")
    if variable not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        variable = f"HTTP_{variable}"
    return " ".join(str(environ.get(variable, "")).split())


def _query(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    quoted = ((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in pairs)
    return "&".join(f"{key}={value}" for key, value in sorted(quoted))
