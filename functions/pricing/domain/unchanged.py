"""What it means that a server says nothing changed: the version that it was asked about still stands."""

from dataclasses import replace

from pricing.domain.market import Observation, Offer

NOTHING_STANDS = "http_error"
# What the look itself knows stays its own; what the page says is what was read of it last.
_OWN = (
    "observation_id",
    "job_id",
    "url",
    "outcome",
    "captured_at",
    "detail",
    "http_status",
    "duration_ms",
    "billed_ms",
    "bytes_read",
    "region",
    "asked_etag",
    "asked_last_modified",
)
_PACKED = "-gzip"


def confirmed(offer: Offer | None, seen: Observation) -> Observation:
    """A look whose server said that nothing changed, with the values that stand; a named failure where none do."""
    if seen.outcome != "unchanged":
        return seen
    standing = None if offer is None else offer.latest
    if standing is None or not _is_version(standing, seen):
        detail = "the server said that nothing changed, and the version it means is not the one that stands"
        return replace(seen, outcome=NOTHING_STANDS, detail=detail, item_price=None)
    kept = {name: getattr(seen, name) for name in _OWN}
    return replace(standing, **kept, quality="ok", suspicions=(), normalised=None)


def _is_version(standing: Observation, seen: Observation) -> bool:
    """Whether the server confirmed what stands: by what it was asked, or, where that is not told, by what it named.

    A server that is asked about a tag heeds no date beside it (RFC 9110, 13.1.3).
    """
    tag = seen.asked_etag or (None if seen.asked_last_modified else seen.etag)
    if tag is not None:
        return standing.etag is not None and _weak(tag) == _weak(standing.etag)
    date = seen.asked_last_modified or seen.last_modified
    return date is not None and date == standing.last_modified


def _weak(tag: str) -> str:
    """A tag as weak comparison sees it (RFC 9110, 8.8.3.2), and without what packing for the way adds to it."""
    return tag.strip().removeprefix("W/").strip('"').removesuffix(_PACKED)
