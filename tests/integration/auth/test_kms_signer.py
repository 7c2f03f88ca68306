"""Access tokens signed by KMS (moto's) are the ones that the authorizer accepts."""

import asyncio
import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto import mock_aws
from moto.kms.utils import RSAPrivateKey

from auth.adapters.kms_signer import KmsSigner
from auth.adapters.token_keys import TokenKeys
from shared.runtime import aws

NOW = datetime.now(UTC)
CLAIMS: dict[str, object] = {
    "iss": "https://issuer.example",
    "aud": "omnipricex",
    "sub": "usr",
    "org": "org",
    "roles": "analyst",
    "scope": "jobs:read",
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + timedelta(minutes=15)).timestamp()),
}


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """KMS in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # moto takes a digest for a message and hashes it once more; KMS signs the digest that it is given.
    how = (padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    monkeypatch.setattr(RSAPrivateKey, "sign", lambda key, digest, _: key.private_key.sign(digest, *how))
    with mock_aws():
        aws.client.cache_clear()
        client = boto3.client("kms")
        yield client
        client.close()
        aws.client("kms").close()
        aws.client.cache_clear()


def test_a_token_that_kms_signed_is_proved_by_its_published_key(kms: Any) -> None:
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]
    public = base64.encodebytes(kms.get_public_key(KeyId=key["KeyId"])["PublicKey"]).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{public}-----END PUBLIC KEY-----\n"
    keys = TokenKeys({key["KeyId"]: pem}, "https://issuer.example")

    token = asyncio.run(KmsSigner(key["Arn"]).signed(CLAIMS))

    caller = keys.proved(token)
    assert caller is not None
    assert (caller.organisation_id, caller.user_id, caller.scopes) == ("org", "usr", frozenset({"jobs:read"}))
    assert keys.proved(token[:-4] + "AAAA") is None


def test_a_key_that_is_gone_is_unavailable(kms: Any) -> None:
    assert kms.list_keys()["Keys"] == []

    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(KmsSigner("arn:aws:kms:us-east-1:123456789012:key/nothing").signed(CLAIMS))
