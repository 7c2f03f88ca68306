"""What fetching a page brought: its bytes, or the named reason why there are none."""

from dataclasses import dataclass
from enum import StrEnum


class Fetch(StrEnum):
    """How a fetch ended."""

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    HTTP_ERROR = "http_error"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REFUSED_ADDRESS = "refused_address"
    ROBOTS_DISALLOWED = "robots_disallowed"
    REDIRECT_LOOP = "redirect_loop"
    BAD_CONTENT = "bad_content"
    UNREACHABLE = "unreachable"
    NOT_YET = "not_yet"
    """The page was not asked for: its host is to be left alone for longer than is worth waiting here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The end of one fetch. `attempted` is false when the page itself was never asked for.

    `packed` is the body as it came over the wire, in the coding that `encoding` names. `not_yet_seconds` is how long
    the host is to be left alone.
    """

    outcome: Fetch
    url: str
    detail: str = ""
    status: int | None = None
    body: bytes = b""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    bytes_received: int = 0
    duration_ms: int = 0
    retry_after_seconds: float | None = None
    attempted: bool = True
    packed: bytes = b""
    encoding: str = ""
    not_yet_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much time and room a site gets; each is a bound on what a hostile one can cost."""

    page_seconds: float = 20.0
    connect_seconds: float = 5.0
    idle_seconds: float = 10.0
    page_bytes: int = 6_000_000
    received_bytes: int = 4_000_000
    redirects: int = 5
    min_delay_seconds: float = 1.0
    longest_crawl_delay_seconds: float = 60.0
    longest_wait_seconds: float = 10.0
    """A host that is to be left alone for longer is not waited for."""
