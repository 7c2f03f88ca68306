"""Access tokens signed by a KMS key that never leaves KMS (RS256; the digest is what travels)."""

import base64
import hashlib
import json

from shared.runtime.aws import call


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


class KmsSigner:
    """Signs with one RSA_2048 SIGN_VERIFY key, named by its ARN."""

    def __init__(self, key_arn: str) -> None:
        self._key_arn = key_arn

    async def signed(self, claims: dict[str, object]) -> str:
        """Return a JSON Web Token with these claims."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key_arn.rsplit("/", maxsplit=1)[-1]}
        parts = [_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
        content = ".".join(parts)
        answered = await call(
            "kms",
            "sign",
            KeyId=self._key_arn,
            Message=hashlib.sha256(content.encode()).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        return f"{content}.{_encoded(answered['Signature'])}"
