import urllib.error
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud.stack import Stack


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_request_without_a_token_is_refused_before_any_house_sees_it(stack: Stack) -> None:
    assert _status(f"{stack.outputs.api_url}/products/items") == 401


def test_every_house_answers_for_its_health_through_the_gateway(stack: Stack) -> None:
    houses = ("assistant", "auth", "pricing", "products", "scheduler")

    assert {house: _status(f"{stack.outputs.api_url}/{house}/health") for house in houses} == dict.fromkeys(houses, 200)


def test_the_emulator_refuses_keys_it_does_not_know(stack: Stack) -> None:
    stranger = boto3.client(
        "sqs",
        endpoint_url=stack.config.endpoint,
        region_name=stack.config.region,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="unknown",
    )

    with pytest.raises(ClientError, match=r"InvalidClientTokenId|UnrecognizedClient|AccessDenied"):
        stranger.list_queues()


def test_stopped_and_started_again_it_is_deployed_as_before(stack: Stack) -> None:
    before = stack.outputs

    stack.down()
    stack.up(build=False)

    assert stack.outputs == before
    assert _status(f"{before.api_url}/auth/health") == 200
    assert (stack.config.state_dir / "terraform" / "own" / "applied.sha256").exists()
