"""What a lane's scanners remember: one small object for each lane in the work bucket.

A lane is read by one scanner at a time, so the object has one writer, whichever process that is.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime

from shared.runtime.aws import AwsUnavailable, call, error_code
from shared.runtime.observability import logger
from shared.runtime.stops import ABSENT

PREFIX = "lanes/"


class S3LaneMemory:
    """The objects under `lanes/` in the work bucket: host = until when it wants to be left alone."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def recall(self, lane: int) -> Mapping[str, datetime]:
        """Return until when hosts want to be left alone; what cannot be read is forgotten."""
        try:
            answered = await call("s3", "get_object", Bucket=self._bucket, Key=_key(lane))
            content = await asyncio.to_thread(answered["Body"].read)
            return {host: datetime.fromisoformat(until) for host, until in json.loads(content).items()}
        except AwsUnavailable as error:
            if error_code(error) not in ABSENT:
                logger.warning("a lane's memory cannot be read", lane=lane, cause=repr(error.__cause__))
        except (OSError, ValueError, AttributeError, TypeError) as error:
            logger.warning("a lane's memory cannot be read", lane=lane, cause=repr(error))
        return {}

    async def keep(self, lane: int, until: Mapping[str, datetime]) -> None:
        """Remember until when hosts want to be left alone; what cannot be written is forgotten."""
        content = json.dumps({host: moment.isoformat() for host, moment in until.items()}).encode()
        try:
            await call("s3", "put_object", Bucket=self._bucket, Key=_key(lane), Body=content)
        except AwsUnavailable as error:
            logger.warning("a lane's memory cannot be written", lane=lane, cause=repr(error.__cause__))


def _key(lane: int) -> str:
    return f"{PREFIX}{lane}.json"
