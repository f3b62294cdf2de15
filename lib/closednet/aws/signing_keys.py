"""
KMS keys that sign: the public half, and signatures of digests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError


if TYPE_CHECKING:
    from mypy_boto3_kms.literals import SigningAlgorithmSpecType
    from mypy_boto3_kms.type_defs import GetPublicKeyResponseTypeDef

    from closednet.aws.account import Account

# In the order of preference; an archive's verifier knows these two.
ALGORITHMS: Final[tuple[SigningAlgorithmSpecType, ...]] = (
    "ECDSA_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_256",
)


@dataclass(frozen=True)
class KmsSigningKey:
    """
    A key of an account that signs; it never leaves KMS.
    """

    account: Account
    arn: str

    def public_key(self) -> bytes:
        """
        Return its public half, as DER of a SubjectPublicKeyInfo.
        """
        return self._found["PublicKey"]

    def sign(self, digest: bytes) -> bytes:
        """
        Return the signature of a message with this SHA-256.

        Messages themselves may not be longer than 4,096 bytes (KMS API, Sign).
        """
        with self.account.call("kms:Sign", self.arn):
            answer = self.account.kms.sign(
                KeyId=self.arn,
                Message=digest,
                MessageType="DIGEST",
                SigningAlgorithm=self._algorithm,
            )
        return answer["Signature"]

    @cached_property
    def _found(self) -> GetPublicKeyResponseTypeDef:
        with self.account.call("kms:GetPublicKey", self.arn):
            return self.account.kms.get_public_key(KeyId=self.arn)

    @cached_property
    def _algorithm(self) -> SigningAlgorithmSpecType:
        offered = self._found.get("SigningAlgorithms", [])
        for algorithm in ALGORITHMS:
            if algorithm in offered:
                return algorithm
        raise PreconditionError(
            f"{self.arn} signs with {', '.join(offered) or 'nothing'} only",
            hint="use a key of the kind ECC_NIST_P256 or RSA_2048, for SIGN_VERIFY",
        )
