"""Print the client's CPU for each page fetched over loopback: ours beside raw asyncio streams, plain and gzip.

The raw client keeps its connections and bounds time and size like ours; it checks no address, no rules, no pause.

The server is a process of its own and says the same whatever it is asked, so that what is counted is the client's.
"""

import asyncio
import gzip
import random
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from itertools import batched
from statistics import median

from rich.console import Console
from rich.table import Table

from pricing.adapters.aiohttp_pages import AioHttpPages
from pricing.domain.fetched import Fetch, FetchLimits

PAGES, HOSTS, ROUNDS = 1_000, 50, 5
PAGE_BYTES = 281_000
GOAL = 2.0
AGENT = "OmniPriceX/0.1 (+https://example.org/scanner)"
GZIP = 16 + zlib.MAX_WBITS
CHUNK = 64 * 1024
LIMITS = FetchLimits(min_delay_seconds=0)


def page() -> bytes:
    """A page as large as pages are, of words that compress as pages do."""
    chance = random.Random(7)  # noqa: S311 - the same page each time
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(3, 11))) for _ in range(4_000)]
    text = bytearray(b"<!doctype html><html><head><title>A page</title></head><body>")
    while len(text) < PAGE_BYTES:
        text += f'<div class="{chance.choice(words)}"><a href="/{chance.choice(words)}">'.encode()
        text += f"{chance.choice(words)} {chance.choice(words)}</a></div>".encode()
    return bytes(text + b"</body></html>")


async def serve() -> None:
    """Answer for every host on loopback until the process is ended; the port is printed."""
    plain = page()
    packed = gzip.compress(plain, 6, mtime=0)
    head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "v1"\r\n{}Content-Length: {}\r\n\r\n'
    answers = {
        b"plain": head.format("", len(plain)).encode() + plain,
        b"gzip": head.format("Content-Encoding: gzip\r\n", len(packed)).encode() + packed,
        b"robots.txt": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    }

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                writer.write(answers[request.split(b" ", 2)[1].split(b"/")[1]])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _raw_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    """One page over a connection that is kept, within bounds of time and size, as any client must have them."""
    async with asyncio.timeout(LIMITS.page_seconds):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: h.example\r\nUser-Agent: {AGENT}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(head.rsplit(b"Content-Length: ", 1)[1])
        unpacking = zlib.decompressobj(GZIP) if b"Content-Encoding: gzip" in head else None
        pieces, size = [], 0
        while left and (piece := await reader.read(min(left, CHUNK))):
            left -= len(piece)
            pieces.append(piece if unpacking is None else unpacking.decompress(piece, LIMITS.page_bytes))
            size += len(pieces[-1])
            if size > LIMITS.page_bytes:
                raise ValueError("the page is too large")
    return b"".join(pieces)


async def _raw(port: int, kind: str) -> None:
    async def host(pages: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for place in range(pages):
            if len(await _raw_page(reader, writer, f"/{kind}/{place}")) < PAGE_BYTES:
                raise ValueError("the page is not whole")
        writer.close()

    async with asyncio.TaskGroup() as group:
        for some in batched(range(PAGES), PAGES // HOSTS, strict=True):
            group.create_task(host(len(some)))


async def _ours(pages: AioHttpPages, kind: str) -> None:
    async def host(name: str, urls: tuple[int, ...]) -> None:
        for place in urls:
            fetched = await pages.fetch(f"http://{name}.example/{kind}/{place}")
            if fetched.outcome is not Fetch.FETCHED or len(fetched.body) < PAGE_BYTES:
                raise ValueError(f"the page is not whole: {fetched.detail}")

    async with asyncio.TaskGroup() as group:
        for place, some in enumerate(batched(range(PAGES), PAGES // HOSTS, strict=True)):
            group.create_task(host(f"h{place}", some))


async def cpu_ms(work: Callable[[], Awaitable[None]]) -> float:
    """The CPU that this process spends on a page, in milliseconds: the median of some rounds, after one to warm up."""
    await work()
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        await work()
        spent.append((time.process_time() - began) * 1000 / PAGES)
    return median(spent)


async def measured() -> dict[str, tuple[float, float]]:
    """Raw streams and ours, CPU milliseconds for each page, by coding."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import asyncio; from bench import fetch; asyncio.run(fetch.serve())",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        port = int(await server.stdout.readline())
        found = {}
        async with AioHttpPages(user_agent=AGENT, limits=LIMITS, connect_to=("127.0.0.1", port)) as pages:
            for kind in ("plain", "gzip"):
                raw = await cpu_ms(lambda kind=kind: _raw(port, kind))  # type: ignore[misc] # bound at once
                found[kind] = raw, await cpu_ms(lambda kind=kind: _ours(pages, kind))  # type: ignore[misc] # as above
        return found
    finally:
        server.terminate()
        await server.wait()


def main() -> int:
    """Print the table."""
    table = Table(title=f"fetching {PAGES} pages of {PAGE_BYTES // 1000} kB, {HOSTS} hosts at once: client CPU")
    for name in ("", "raw streams, ms", "ours, ms", "times raw", f"goal <= {GOAL}"):
        table.add_column(name, justify="right")
    for kind, (raw, ours) in asyncio.run(measured()).items():
        table.add_row(kind, f"{raw:.2f}", f"{ours:.2f}", f"{ours / raw:.2f}", "yes" if ours <= GOAL * raw else "NO")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
