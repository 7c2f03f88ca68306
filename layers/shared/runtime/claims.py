"""Messages that are too large for a queue or the bus: the body lies in the work bucket, the message claims it.

What travels instead is the envelope with a `claim`: the object's key, the body's SHA-256 and its size. The bucket
keeps a body for 15 days, longer than a dead-letter queue keeps its message.
"""

import asyncio
import hashlib
import json
from typing import Any
from urllib.parse import quote

from pydantic import Field

from shared.contracts.envelope import Message
from shared.kernel.errors import Rejected
from shared.runtime.aws import AwsUnavailable, call, error_code

LARGEST_PLAIN_BYTES = 200_000
ENVELOPE = ("id", "type", "version", "occurred_at", "correlation_id", "organisation_id", "traceparent", "aggregate")


class ClaimLost(Rejected):
    """The body that a message claims is gone or is not the one that was put there."""

    code = "messages/claim-lost"
    title = "The claimed body is lost"


class Claim(Message):
    """Where a body lies, and how to tell that it is the right one."""

    key: str = Field(pattern=r"^claims/")
    sha256: str = Field(min_length=64, max_length=64)
    size: int = Field(ge=1)


class Claims:
    """The bodies under `claims/` in the work bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def deposit(self, body: str) -> str:
        """Put a message's body into the bucket and return the message that claims it; twice is once."""
        envelope: dict[str, Any] = {key: value for key, value in json.loads(body).items() if key in ENVELOPE}
        content = body.encode()
        claim = Claim(
            key=_folder(envelope["organisation_id"]) + quote(envelope["id"], safe=""),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
        await call("s3", "put_object", Bucket=self._bucket, Key=claim.key, Body=content)
        return json.dumps(envelope | {"claim": claim.model_dump()})

    async def redeem(self, claim: Claim, organisation_id: str) -> str:
        """Return the body that a message of an organisation claims."""
        if not claim.key.startswith(_folder(organisation_id)):
            raise ClaimLost(f"{claim.key} is not {organisation_id}'s")
        try:
            answered = await call("s3", "get_object", Bucket=self._bucket, Key=claim.key)
        except AwsUnavailable as error:
            if error_code(error) == "NoSuchKey":
                raise ClaimLost(f"{claim.key} is gone") from error
            raise
        content: bytes = await asyncio.to_thread(answered["Body"].read)
        if len(content) != claim.size or hashlib.sha256(content).hexdigest() != claim.sha256:
            raise ClaimLost(f"{claim.key} is not the body that was put there")
        return content.decode()


def _folder(organisation_id: str) -> str:
    return f"claims/{quote(organisation_id, safe='')}/"
