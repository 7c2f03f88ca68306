"""A TCP proxy in front of a real server, which does to connections what networks and sick servers do."""

import asyncio
import contextlib
import random
from enum import StrEnum
from typing import Self

GARBAGE = b"\x00\xff%PDF-1.7 <html> not what was asked for \r\n\r\n" * 4
CHUNK = 64 * 1024

type Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Fault(StrEnum):
    """What the proxy does instead of passing bytes on."""

    NONE = "none"
    REFUSED = "refused"
    HUNG = "hung"
    SLOW = "slow"
    GARBAGE = "garbage"
    FLAPPING = "flapping"


class FaultProxy:
    """One port, behind which a server is well or not; use it as an async context manager."""

    def __init__(self, host: str, port: int, *, slow_seconds: float = 0.02, seed: int = 7) -> None:
        self._behind = (host, port)
        self._slow_seconds = slow_seconds
        self._chance = random.Random(seed)
        self._fault = Fault.NONE
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.accepted = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._shut()

    async def turn(self, fault: Fault) -> None:
        """Behave like this from now on. What is open was opened under the old behaviour, and is cut."""
        self._fault = fault
        await self._shut()
        if fault is not Fault.REFUSED:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._served, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in [*self._open]:
            writer.transport.abort()
        if self._server is not None:
            await self._server.wait_closed()
            # What was accepted while the server closed begins a turn later.
            await asyncio.sleep(0.01)
            for writer in [*self._open]:
                writer.transport.abort()
            await asyncio.sleep(0)
        self._server = None

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._open.add(writer)
        if self._drops():
            writer.transport.abort()
        else:
            await self._between(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            behind, onward = await asyncio.open_connection(*self._behind)
            self._open.add(onward)
            there = asyncio.create_task(self._passed((reader, onward)))
            await self._passed((behind, writer), answers=True)
            there.cancel()
            self._open.discard(onward)
            onward.close()

    async def _passed(self, way: Way, *, answers: bool = False) -> None:
        reader, writer = way
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self._fault is Fault.HUNG:
                    continue
                if self._fault is Fault.SLOW:
                    await asyncio.sleep(self._slow_seconds)
                if answers and self._drops():
                    break
                writer.write(GARBAGE if answers and self._fault is Fault.GARBAGE else chunk)
                await writer.drain()
        writer.close()

    def _drops(self) -> bool:
        return self._fault is Fault.FLAPPING and self._chance.random() < 0.5
