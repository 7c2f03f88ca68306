"""Pages as they came over the wire, kept in the work bucket so that a reading can be repeated.

The pages of one message lie in one archive, because an object costs as much to put as ten pages cost to scan. Its key
is made of its content. Each page in it is a line of JSON (address, content type, coding) and then its bytes, so that
one ranged request brings all that a reader needs. A page's place is `snapshots/<day>/<hash>#<offset>-<length>`.
"""

import asyncio
import hashlib
import json
import re
import zlib
from collections.abc import Sequence

from pricing.domain.fetched import Fetch, Fetched, FetchLimits
from shared.kernel.clock import Clock
from shared.runtime.aws import AwsUnavailable, call, error_code
from shared.runtime.observability import emit, logger
from shared.runtime.stops import ABSENT
from shared.runtime.web.body import Unpacker

PREFIX = "snapshots/"
PLACE = re.compile(r"(snapshots/\d{4}-\d\d-\d\d/[0-9a-f]{64})#(\d{1,12})-(\d{1,12})")
GZIP = 16 + zlib.MAX_WBITS
# What a page without a coding of its own is packed with: the scanner pays for each millisecond.
FASTEST = 1


class S3Snapshots:
    """The archives under `snapshots/` in the work bucket, which forgets them after a while."""

    def __init__(self, bucket: str, clock: Clock, limits: FetchLimits | None = None) -> None:
        self._bucket = bucket
        self._clock = clock
        self._largest = (limits or FetchLimits()).page_bytes

    async def keep(self, pages: Sequence[Fetched]) -> Sequence[str | None]:
        """Keep pages as one object, each distinct one once; returns where each lies, None when they cannot be kept."""
        if not pages:
            return []
        places: dict[bytes, str] = {}
        archive = bytearray()
        spans = []
        for page in pages:
            member = _member(page)
            if member not in places:
                places[member] = f"{len(archive)}-{len(member)}"
                archive += member
            spans.append(places[member])
        content = bytes(archive)
        key = f"{PREFIX}{self._clock():%Y-%m-%d}/{hashlib.sha256(content).hexdigest()}"
        try:
            await call("s3", "put_object", Bucket=self._bucket, Key=key, Body=content)
        except AwsUnavailable as error:
            logger.warning("pages cannot be kept", pages=len(pages), cause=repr(error.__cause__))
            emit("SnapshotsLost", len(pages))
            return [None] * len(pages)
        return [f"{key}#{span}" for span in spans]

    async def get(self, snapshot: str) -> Fetched | None:
        """Return a page as it was fetched; None when it is no longer kept."""
        place = PLACE.fullmatch(snapshot)
        if place is None:
            return None
        key, offset, length = place[1], int(place[2]), int(place[3])
        span = f"bytes={offset}-{offset + length - 1}"
        try:
            answered = await call("s3", "get_object", Bucket=self._bucket, Key=key, Range=span)
        except AwsUnavailable as error:
            if error_code(error) in ABSENT:
                return None
            raise
        return self._page(await asyncio.to_thread(answered["Body"].read))

    def _page(self, member: bytes) -> Fetched:
        line, _, packed = member.partition(b"\n")
        known = json.loads(line)
        unpacker = Unpacker(known["encoding"], self._largest)
        unpacker.feed(packed)
        return Fetched(
            outcome=Fetch.FETCHED,
            url=known["url"],
            body=unpacker.result(),
            content_type=known["content_type"],
            packed=packed,
            encoding=known["encoding"],
            bytes_received=len(packed),
        )


def _member(page: Fetched) -> bytes:
    packed, encoding = page.packed, page.encoding
    if not encoding:
        packing = zlib.compressobj(FASTEST, zlib.DEFLATED, GZIP)
        packed, encoding = packing.compress(packed) + packing.flush(), "gzip"
    known = {"url": page.url, "content_type": page.content_type, "encoding": encoding}
    return json.dumps(known).encode() + b"\n" + packed
