"""Give each answer and each failure of a fetch its name."""

import aiohttp

from pricing.domain.fetched import Fetch, Fetched
from shared.runtime.web.body import TooLargeError, UnreadableBodyError
from shared.runtime.web.resolver import RefusedAddressError
from shared.runtime.web.transport import Answer

# Site maps are XML or packed; that such a file is no product page is the readers' to say.
_PAGE_TYPES = frozenset(
    {
        *("text/html", "application/xhtml+xml", "text/plain", ""),
        *("application/xml", "text/xml", "application/gzip", "application/x-gzip"),
    }
)
_BY_STATUS = {
    304: Fetch.NOT_MODIFIED,
    401: Fetch.BLOCKED,
    403: Fetch.BLOCKED,
    404: Fetch.NOT_FOUND,
    410: Fetch.NOT_FOUND,
    429: Fetch.BLOCKED,
    451: Fetch.BLOCKED,
}


def outcome_of(url: str, answer: Answer, retry_after: float | None, duration_ms: int) -> Fetched:
    """Name a complete answer."""
    kind = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    outcome, detail = _named(answer.status, kind)
    return Fetched(
        outcome=outcome,
        url=url,
        detail=detail,
        status=answer.status,
        body=answer.body if outcome is Fetch.FETCHED else b"",
        content_type=answer.headers.get("Content-Type"),
        etag=answer.headers.get("ETag"),
        last_modified=answer.headers.get("Last-Modified"),
        bytes_received=answer.received,
        packed=answer.packed if outcome is Fetch.FETCHED else b"",
        encoding=answer.encoding,
        retry_after_seconds=retry_after,
        duration_ms=duration_ms,
    )


def _named(status: int, kind: str) -> tuple[Fetch, str]:
    if 200 <= status < 300:  # noqa: PLR2004
        if kind not in _PAGE_TYPES:
            return Fetch.BAD_CONTENT, f"the answer is {kind}, not a page"
        return Fetch.FETCHED, ""
    return _BY_STATUS.get(status, Fetch.HTTP_ERROR), f"the server answered {status}"


def failure_of(error: Exception, url: str) -> Fetched:
    """Name what went wrong on the way."""
    outcome, detail = _cause(error)
    return Fetched(outcome=outcome, url=url, detail=detail)


def _cause(error: Exception) -> tuple[Fetch, str]:
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, RefusedAddressError):
            return Fetch.REFUSED_ADDRESS, str(at)
        at = at.__cause__ or at.__context__
    if isinstance(error, TooLargeError):
        return Fetch.TOO_LARGE, str(error)
    if isinstance(error, UnreadableBodyError):
        return Fetch.BAD_CONTENT, str(error)
    if isinstance(error, TimeoutError):
        return Fetch.TIMEOUT, "the server took too long"
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError | aiohttp.InvalidURL | ValueError):
        return Fetch.BAD_CONTENT, f"the answer is broken: {type(error).__name__}"
    return Fetch.UNREACHABLE, f"no connection: {type(error).__name__}"
