"""Pulled files on their way from the puller, which holds no store, to the importer."""

import asyncio
import hashlib
from urllib.parse import quote

from products.usecases.pull import Pull
from shared.contracts.products import FilePulled
from shared.kernel.clock import Clock
from shared.kernel.identifiers import derived_id
from shared.runtime.aws import call
from shared.runtime.queues import Queue


def pulled_key(organisation_id: str, job_id: str) -> str:
    """Where a pulled file lies in the work bucket."""
    return f"pulled/{quote(organisation_id, safe='')}/{quote(job_id, safe='')}"


class S3Drop:
    """The puller's side: files go into the work bucket, their news onto the importer's queue."""

    def __init__(self, bucket: str, imports: Queue, clock: Clock) -> None:
        self._bucket = bucket
        self._imports = imports
        self._clock = clock

    async def hand_over(self, pull: Pull, content: bytes) -> None:
        """Keep the file and tell the importer; twice is once."""
        key = pulled_key(pull.organisation_id, pull.job_id)
        await call("s3", "put_object", Bucket=self._bucket, Key=key, Body=content)
        await self._tell(pull, sha256=hashlib.sha256(content).hexdigest(), problem="")

    async def give_up(self, pull: Pull, problem: str) -> None:
        """Tell the importer why there is no file."""
        await self._tell(pull, sha256=None, problem=problem)

    async def _tell(self, pull: Pull, *, sha256: str | None, problem: str) -> None:
        told = FilePulled(
            id=derived_id("msg", "products.file-pulled", pull.job_id),
            occurred_at=self._clock(),
            correlation_id=pull.job_id,
            organisation_id=pull.organisation_id,
            job_id=pull.job_id,
            shop_id=pull.shop_id,
            sha256=sha256,
            problem=problem[:500],
        )
        await self._imports.send([told])


class S3Pulled:
    """The importer's side: reads what the puller kept."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def read(self, organisation_id: str, job_id: str) -> bytes:
        """Return a pulled file."""
        answered = await call("s3", "get_object", Bucket=self._bucket, Key=pulled_key(organisation_id, job_id))
        content: bytes = await asyncio.to_thread(answered["Body"].read)
        return content
