"""Attempts to tell people by e-mail, over Amazon SES."""

import json

from pricing.domain.delivery import Tried, Verdict
from pricing.usecases.receiver_ports import Attempt
from shared.runtime.aws import AwsUnavailable, answered_status, call_once, error_code

# What SES never takes: a request that is none. `MessageRejected` may be a sender that is not verified yet.
REFUSED = frozenset({"BadRequestException"})
OK = 200


class SesMail:
    """The sender of e-mail, from one address that SES verified; whatever SES does is a status or a named failure.

    A message whose answer is lost comes again: once too often is better than not at all.
    """

    def __init__(self, sender: str) -> None:
        self._sender = sender

    async def post(self, attempt: Attempt) -> Tried:
        """Make one attempt. That SES took the message is an arrival: what becomes of it then nobody answers."""
        if not self._sender:
            return _tried(attempt, None, "the platform has no address to send from")
        try:
            await call_once(
                "sesv2",
                "send_email",
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [attempt.url]},
                Content=_content(attempt.body),
            )
        except AwsUnavailable as error:
            code = error_code(error)
            verdict: Verdict = "refused" if code in REFUSED else ""
            return _tried(attempt, answered_status(error), code or "the mail service did not answer", verdict)
        return _tried(attempt, OK, "")


def _content(body: str) -> dict[str, object]:
    said = json.loads(body)
    text = {name: {"Data": said[name], "Charset": "UTF-8"} for name in ("subject", "text", "html")}
    # So that no machine answers, such as one that says who is away.
    headers = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
    return {
        "Simple": {
            "Subject": text["subject"],
            "Body": {"Text": text["text"], "Html": text["html"]},
            "Headers": headers,
        }
    }


def _tried(attempt: Attempt, status: int | None, failure: str, verdict: Verdict = "") -> Tried:
    return Tried(
        delivery_id=attempt.delivery_id, attempt=attempt.attempt, status=status, failure=failure, verdict=verdict
    )
