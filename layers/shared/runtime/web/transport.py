"""One GET over a connection whose address was checked, read within bounds of time and size."""

import asyncio
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from pricing.adapters.aiohttp_answers import Answer
from pricing.adapters.aiohttp_resolver import CheckedResolver, Lookup
from pricing.adapters.bounded_body import bounded_body
from pricing.domain.fetched import FetchLimits

_CHUNK = 64 * 1024
_BODILESS = frozenset({301, 302, 303, 304, 307, 308})
_PAGES = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"


class AioHttpTransport:
    """The session behind the fetcher; it opens with the first request."""

    def __init__(
        self, user_agent: str, limits: FetchLimits, lookup: Lookup, connect_to: tuple[str, int] | None = None
    ) -> None:
        self._agent = user_agent
        self._limits = limits
        self._lookup = lookup
        self._connect_to = connect_to
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, headers: dict[str, str], seconds: float, most_bytes: int) -> Answer:
        """Ask for a checked URL and follow nothing; what goes wrong is raised as the driver's error."""
        target, extra = self._target(url)
        async with (
            asyncio.timeout(seconds),
            self._opened().get(target, headers={**headers, **extra}, allow_redirects=False) as response,
        ):
            body, received = b"", 0
            if response.status not in _BODILESS:
                body, received = await bounded_body(
                    response.content.iter_chunked(_CHUNK),
                    response.headers.get("Content-Encoding"),
                    received=min(self._limits.received_bytes, most_bytes),
                    unpacked=most_bytes,
                )
            return Answer(response.status, response.headers.copy(), body, received)

    def _target(self, url: str) -> tuple[URL, dict[str, str]]:
        if self._connect_to is None:
            return URL(url, encoded=True), {}
        parts = urlsplit(url)
        host, port = self._connect_to
        query = f"?{parts.query}" if parts.query else ""
        return URL(f"http://{host}:{port}{parts.path}{query}", encoded=True), {"Host": parts.netloc}

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # No cache of names: each connection asks once, and what it was told is what it connects to.
                connector=aiohttp.TCPConnector(resolver=CheckedResolver(self._lookup), use_dns_cache=False),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=self._limits.connect_seconds, sock_read=self._limits.idle_seconds
                ),
                headers={"User-Agent": self._agent, "Accept": _PAGES, "Accept-Encoding": "gzip, deflate"},
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session
