"""Requests over connections whose addresses were checked, read within bounds of time and size."""

import asyncio
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from shared.runtime.web.body import LARGE_AT_ONCE, Body, bounded_body
from shared.runtime.web.resolver import CheckedResolver, Lookup

_BUFFER = 256 * 1024
_BODILESS = frozenset({301, 302, 303, 304, 307, 308})
_PAGES = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent; `packed` is the body as it came, in the coding that `encoding` names (empty for none)."""

    status: int
    headers: CIMultiDict[str]
    body: bytes
    packed: bytes = b""
    encoding: str = ""

    @property
    def received(self) -> int:
        """How many bytes of body came over the wire."""
        return len(self.packed)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a server answered to a post: its status, and the beginning of the body as far as it was read."""

    status: int
    headers: CIMultiDict[str]
    start: bytes = b""


class Limits(Protocol):
    """The bounds of a connection: seconds to open it, seconds without a byte, bytes on the wire."""

    @property
    def connect_seconds(self) -> float:
        """How long a connection may take to open."""

    @property
    def idle_seconds(self) -> float:
        """How long a server may send nothing."""

    @property
    def received_bytes(self) -> int:
        """How much may come over the wire."""


class WebTransport:
    """The session behind a fetcher; it opens with the first request."""

    def __init__(
        self, user_agent: str, limits: Limits, lookup: Lookup, connect_to: tuple[str, int] | None = None
    ) -> None:
        self._agent = user_agent
        self._limits = limits
        self._lookup = lookup
        self._connect_to = connect_to
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(LARGE_AT_ONCE)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, headers: dict[str, str], seconds: float, most_bytes: int) -> Answer:
        """Ask for a checked URL and follow nothing; what goes wrong is raised as the driver's error."""
        return await self.ask("GET", url, headers, None, seconds, most_bytes)

    async def ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, seconds: float, most_bytes: int
    ) -> Answer:
        """Send a request to a checked URL, follow nothing, read the answer; what goes wrong is the driver's error."""
        target, extra = self._target(url)
        async with (
            asyncio.timeout(seconds),
            self._opened().request(
                method, target, headers={**headers, **extra}, data=body, allow_redirects=False
            ) as response,
        ):
            told = Body(b"", b"", "")
            if response.status not in _BODILESS:
                told = await bounded_body(
                    response.content.iter_any(),
                    response.headers.get("Content-Encoding"),
                    received=min(self._limits.received_bytes, most_bytes),
                    unpacked=most_bytes,
                    room=self._room,
                )
            return Answer(response.status, response.headers.copy(), told.unpacked, told.packed, told.encoding)

    async def post(self, url: str, headers: dict[str, str], body: bytes, seconds: float, most_bytes: int) -> Posted:
        """Post to a checked URL, follow nothing and read at most so many bytes of the answer's body."""
        target, extra = self._target(url)
        async with (
            asyncio.timeout(seconds),
            self._opened().post(target, data=body, headers={**headers, **extra}, allow_redirects=False) as response,
        ):
            # A body in a coding is not unpacked: nothing that is worth so few bytes comes in one.
            start = await _start_of(response.content, most_bytes) if most_bytes else b""
            response.close()
            return Posted(response.status, response.headers.copy(), start)

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
                # No cache of names: each connection asks once, and what it was told is what it connects to. How many
                # there are at once is for who asks to limit, host by host.
                connector=aiohttp.TCPConnector(limit=0, resolver=CheckedResolver(self._lookup), use_dns_cache=False),
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=self._limits.connect_seconds, sock_read=self._limits.idle_seconds
                ),
                headers={"User-Agent": self._agent, "Accept": _PAGES, "Accept-Encoding": "gzip, deflate"},
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                # With room for a page its connection is not stopped and started while the page is read.
                read_bufsize=_BUFFER,
                trust_env=False,
            )
        return self._session


async def _start_of(content: aiohttp.StreamReader, most_bytes: int) -> bytes:
    start = b""
    while len(start) < most_bytes and (more := await content.read(most_bytes - len(start))):
        start += more
    return start
