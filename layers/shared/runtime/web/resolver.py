"""Resolve a host once for each connection, and hand out its addresses only when all of them are public.

The connector connects to the addresses returned here and never looks the name up again, so a name that
changes its mind between check and use gains nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from aiohttp.abc import AbstractResolver, ResolveResult

from shared.kernel.public_url import is_public

type Lookup = Callable[[str, int], Awaitable[list[str]]]


class RefusedAddressError(OSError):
    """A name leads to an address that nobody may be made to connect to."""


async def system_lookup(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class CheckedResolver(AbstractResolver):
    """aiohttp's resolver with a check that no address escapes."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 the interface has it
    ) -> list[ResolveResult]:
        """Return the addresses of a host, all of them checked; one bad one condemns the name."""
        addresses = list(dict.fromkeys(await self._lookup(host, port)))
        for address in addresses:
            if not is_public(address):
                raise RefusedAddressError(f"{host} leads to {address}")
        if not addresses:
            raise OSError(f"{host} has no address")
        return [_result(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is held open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
