"""E-mail over SES, as moto stands in for it: what leaves, and what is said when it may not."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from pricing.adapters.ses_mail import SesMail
from pricing.domain.delivery import Tried
from pricing.usecases.receiver_ports import Attempt
from shared.runtime import aws

SENDER = "alerts@omnipricex.example"
BODY = {"subject": "C2 schneidet ü", "text": "Grüße", "html": "<p>Grüße</p>"}
ATTEMPT = Attempt(
    organisation_id="org", delivery_id="dlv", attempt=3, channel="email", url="ann@shop.example", body=json.dumps(BODY)
)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """SES, which knows one sender."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        aws.client.cache_clear()
        aws.remote.cache_clear()
        client: Any = boto3.client("ses", "us-east-1")
        client.verify_email_identity(EmailAddress=SENDER)
        yield ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
        client.close()
        aws.client("sesv2").close()
        aws.client.cache_clear()
        aws.remote.cache_clear()


def sent(sender: str = SENDER) -> Tried:
    """What an attempt comes to."""
    return asyncio.run(SesMail(sender).post(ATTEMPT))


def test_a_mail_leaves_with_both_kinds_of_text(verified: Any) -> None:
    assert sent() == Tried(delivery_id="dlv", attempt=3, status=200)
    (message,) = verified.sent_messages
    assert (message.source, message.subject) == (SENDER, BODY["subject"])
    assert message.destinations["ToAddresses"] == ["ann@shop.example"]


def test_a_sender_that_ses_does_not_know_yet_is_tried_again(verified: Any) -> None:
    refused = sent("other@elsewhere.example")
    assert (refused.status, refused.failure, refused.verdict) == (400, "MessageRejected", "")
    assert verified.sent_messages == []


def test_without_an_address_to_send_from_nothing_is_asked() -> None:
    refused = sent("")
    assert (refused.status, refused.verdict) == (None, "")
    assert "no address" in refused.failure


@pytest.mark.parametrize(
    ("code", "status", "verdict"), [("InternalFailure", 500, ""), ("BadRequestException", 400, "refused")]
)
def test_a_mail_is_asked_for_once_and_what_is_sick_is_tried_later(
    code: str, status: int, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Sick:
        def send_email(self, **parameters: Any) -> None:
            asked.append(parameters)
            said = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            raise ClientError(said, "SendEmail")  # type: ignore[arg-type] # as much of it as is read

    aws.remote.cache_clear()
    monkeypatch.setattr(aws, "client", lambda _: Sick())
    failed = sent()
    aws.remote.cache_clear()
    assert (failed.status, failed.failure, failed.verdict, len(asked)) == (status, code, verdict, 1)
    simple = asked[0]["Content"]["Simple"]
    assert simple["Subject"] == {"Data": BODY["subject"], "Charset": "UTF-8"}
    assert simple["Body"]["Html"] == {"Data": BODY["html"], "Charset": "UTF-8"}
    assert simple["Headers"] == [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
