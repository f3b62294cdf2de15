"""
KMS signatures of digests, which moto would hash once more.
"""

from __future__ import annotations

import base64
import json

from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto.kms.exceptions import ValidationException
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from closednet_rehearsal.settings import ACCOUNTS


ACCOUNT: Final = 4
HASHES: Final = {
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
}


class RehearsalKmsResponse(KmsResponse):
    """
    moto's KMS, which also signs with `MessageType` DIGEST, and finds keys of others.
    """

    @property
    def kms_backend(self) -> KmsBackend:
        """
        The keys of the account that a key's ARN names; by default the caller's.
        """
        parts = str(self._get_param("KeyId") or "").split(":")
        named = parts[ACCOUNT] if len(parts) > ACCOUNT else ""
        account = named if named in ACCOUNTS else self.current_account
        return kms_backends[account][self.region]

    def sign(self) -> str:
        """
        Answer Sign.
        """
        if self._get_param("MessageType") != "DIGEST":
            return str(super().sign())
        algorithm = str(self._get_param("SigningAlgorithm"))
        digest: bytes = self._get_param("Message")
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        hashed = HASHES[algorithm[-7:]]
        if key.key_usage != "SIGN_VERIFY" or algorithm not in key.signing_algorithms:
            raise ValidationException(f"{key.arn} does not sign with {algorithm}")
        if len(digest) != hashed.digest_size:
            raise ValidationException(f"Digest is invalid length for {algorithm}")
        kept: Any = key.private_key
        private = kept.private_key
        match private:
            case ec.EllipticCurvePrivateKey():
                signature = private.sign(digest, ec.ECDSA(Prehashed(hashed)))
            case rsa.RSAPrivateKey() if "PKCS1" in algorithm:
                scheme = padding.PKCS1v15()
                signature = private.sign(digest, scheme, Prehashed(hashed))
            case _:
                raise ValidationException(f"The rehearsal does not sign {algorithm}")
        return json.dumps(
            {
                "KeyId": key.arn,
                "Signature": base64.b64encode(signature).decode(),
                "SigningAlgorithm": algorithm,
            }
        )
