"""Secrets that people entrust to a shop's house, sealed by a KMS key before they are kept.

What is kept opens only with the right to `kms:Decrypt`, and only as what it was sealed as: the organisation is bound
into the seal, so that a sealed text copied to another organisation's document stays shut.
"""

import base64

from shared.runtime.aws import AwsUnavailable, call

LONGEST_BYTES = 4_096  # what KMS encrypts in one call


class Sealer:
    """Seals with one symmetric KMS key, named by its ARN; who only seals cannot open."""

    def __init__(self, key_arn: str) -> None:
        self._key_arn = key_arn

    async def seal(self, secret: str, organisation_id: str) -> str:
        """Return what may be kept, as Base64. `ValueError` when the secret is longer than 4,096 bytes."""
        plain = secret.encode()
        if len(plain) > LONGEST_BYTES:
            raise ValueError(f"a secret of {len(plain):,} bytes cannot be sealed: the most is {LONGEST_BYTES:,}")
        answered = await call("kms", "encrypt", KeyId=self._key_arn, Plaintext=plain, **_bound(organisation_id))
        return base64.b64encode(answered["CiphertextBlob"]).decode()

    async def opened(self, sealed: str, organisation_id: str) -> str:
        """Return the secret; `AwsUnavailable` when KMS does not open it, as for another organisation."""
        try:
            blob = base64.b64decode(sealed, validate=True)
        except ValueError:
            raise AwsUnavailable("a sealed secret is damaged") from None
        answered = await call("kms", "decrypt", KeyId=self._key_arn, CiphertextBlob=blob, **_bound(organisation_id))
        return bytes(answered["Plaintext"]).decode()


def _bound(organisation_id: str) -> dict[str, object]:
    return {"EncryptionContext": {"organisation_id": organisation_id}}
