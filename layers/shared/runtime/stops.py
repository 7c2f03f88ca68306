"""The marks of jobs that are to stop: one empty object for each in the work bucket, which every worker may ask for.

A mark is a wish, not a lock: a worker looks for it between its parts and ends cleanly. The scanner, which holds no
store, can ask too. The bucket forgets marks after 30 days.
"""

import asyncio
from urllib.parse import quote

from shared.runtime.aws import AwsUnavailable, call, error_code
from shared.runtime.observability import logger

# A look that takes longer is not worth it: the work goes on, and looks again after its next part.
LOOK_SECONDS = 2.0
ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class Stops:
    """The marks under `stopped/` in the work bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    async def stop(self, organisation_id: str, job_id: str) -> None:
        """Mark a job as one that is to stop; marking it twice is marking it once."""
        await call("s3", "put_object", Bucket=self._bucket, Key=_key(organisation_id, job_id), Body=b"")

    async def stopped(self, organisation_id: str, job_id: str) -> bool:
        """Whether the job is to stop. A store that does not answer means «not stopped»."""
        look = call("s3", "head_object", Bucket=self._bucket, Key=_key(organisation_id, job_id))
        try:
            await asyncio.wait_for(look, LOOK_SECONDS)
        except AwsUnavailable as error:
            if error_code(error) not in ABSENT:
                logger.warning("could not ask whether the job is to stop", job_id=job_id, cause=repr(error.__cause__))
            return False
        except TimeoutError:
            logger.warning("could not ask in time whether the job is to stop", job_id=job_id)
            return False
        return True


def _key(organisation_id: str, job_id: str) -> str:
    return f"stopped/{quote(organisation_id, safe='')}/{quote(job_id, safe='')}"
