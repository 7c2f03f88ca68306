"""Catalogue files on the web: fetched from public addresses only, within bounds of time and size."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp

from products.domain.errors import FileNotPulled
from shared.kernel.public_url import UnsafeUrl, checked_url
from shared.runtime.web.body import TooLargeError, UnreadableBodyError
from shared.runtime.web.resolver import Lookup, RefusedAddressError, system_lookup
from shared.runtime.web.transport import Answer, WebTransport

REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})
OK = 200
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLimits:
    """How much time and room a file gets."""

    connect_seconds: float = 5.0
    idle_seconds: float = 15.0
    total_seconds: float = 120.0
    received_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 20 * MEGABYTE


class AioHttpFiles:
    """Fetches files; whatever a server does ends in the file or in `FileNotPulled` with the reason."""

    def __init__(
        self,
        user_agent: str,
        *,
        limits: PullLimits | None = None,
        connect_to: tuple[str, int] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._limits = limits or PullLimits()
        self._make: Callable[[], WebTransport] = lambda: WebTransport(user_agent, self._limits, lookup, connect_to)

    async def fetch(self, url: str) -> bytes:
        """Return the file at an address; `FileNotPulled` says why there is none."""
        transport = self._make()
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._follow(transport, url)
        except UnsafeUrl as error:
            raise FileNotPulled(error.detail) from error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise FileNotPulled(_reason(error, self._limits)) from error
        finally:
            await transport.close()

    async def _follow(self, transport: WebTransport, url: str) -> bytes:
        address = checked_url(url)
        for _ in range(REDIRECTS + 1):
            answer = await self._get(transport, address)
            target = answer.headers.get("Location")
            if answer.status in MOVED and target:
                address = checked_url(urljoin(address, target))
                continue
            if answer.status != OK:
                raise FileNotPulled(f"the server answered {answer.status}; check the address")
            return answer.body
        raise FileNotPulled(f"more than {REDIRECTS} redirects; give the address that they lead to")

    async def _get(self, transport: WebTransport, address: str) -> Answer:
        return await transport.get(address, {}, self._limits.total_seconds, self._limits.unpacked_bytes)


def _reason(error: Exception, limits: PullLimits) -> str:
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, RefusedAddressError):
            return f"{at}, which is not on the public web"
        at = at.__cause__ or at.__context__
    if isinstance(error, TooLargeError):
        return f"the file is larger than {limits.unpacked_bytes // MEGABYTE} MB; offer it in parts"
    if isinstance(error, UnreadableBodyError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"the server did not send the file within {limits.total_seconds:.0f} seconds"
    return f"no connection: {type(error).__name__}; check the address"
