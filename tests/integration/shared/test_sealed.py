"""Secrets sealed by KMS, as moto stands in for it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.runtime import aws
from shared.runtime.sealed import LONGEST_BYTES, Sealer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def sealer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sealer]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        aws.client.cache_clear()
        client: Any = boto3.client("kms")
        yield Sealer(client.create_key()["KeyMetadata"]["Arn"])
        client.close()
        aws.client("kms").close()
        aws.client.cache_clear()


def test_what_was_sealed_opens_again_and_shows_nothing_of_itself(sealer: Sealer) -> None:
    sealed = asyncio.run(sealer.seal(SECRET, "org_a"))

    assert asyncio.run(sealer.opened(sealed, "org_a")) == SECRET
    assert SECRET not in sealed


def test_one_organisations_secret_stays_shut_for_another(sealer: Sealer) -> None:
    sealed = asyncio.run(sealer.seal(SECRET, "org_a"))

    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(sealer.opened(sealed, "org_b"))


@pytest.mark.parametrize("damage", [lambda text: text[:-8] + "AAAAAAA=", lambda text: "§" + text, lambda _: ""])
def test_what_is_damaged_does_not_open(sealer: Sealer, damage: Any) -> None:
    sealed = asyncio.run(sealer.seal(SECRET, "org_a"))

    with pytest.raises(aws.AwsUnavailable):
        asyncio.run(sealer.opened(damage(sealed), "org_a"))


def test_what_is_too_long_is_refused_before_it_travels(sealer: Sealer) -> None:
    with pytest.raises(ValueError, match="4,097 bytes"):
        asyncio.run(sealer.seal("x" * (LONGEST_BYTES + 1), "org_a"))
