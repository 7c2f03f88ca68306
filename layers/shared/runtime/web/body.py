"""Read an answer's body within bounds: on the wire, and unpacked, where a small one may hide a huge one."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

_CHUNK = 256 * 1024
# Of a larger body only a few are taken in at once, or many hosts together would fill the memory of a small function.
LARGE = 1024 * 1024
LARGE_AT_ONCE = 4


class TooLargeError(ValueError):
    """The body passes a bound."""


class UnreadableBodyError(ValueError):
    """The body is not what its headers say."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body unpacked, as it came over the wire, and the coding that it came in (empty for none)."""

    unpacked: bytes
    packed: bytes
    encoding: str


class Unpacker:
    """Unpack a compressed stream piece by piece and stop at a limit, not after it."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self.size = 0
        self._first = True
        self._encoding = encoding
        self._stream = None if encoding in {"", "identity"} else self._decompressor(encoding)

    def feed(self, chunk: bytes) -> None:
        """Take a piece off the wire."""
        if self._stream is None:
            self._keep(chunk)
            return
        if self._first and self._encoding == "deflate" and chunk[0] & 0x0F != 8:  # noqa: PLR2004
            # Some servers send raw deflate without the zlib header that the name promises.
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self._first = False
        try:
            while chunk and not self._stream.eof:
                self._keep(self._stream.decompress(chunk, _CHUNK))
                chunk = self._stream.unconsumed_tail
        except zlib.error as error:
            raise UnreadableBodyError("the body is not compressed as its header says") from error

    def result(self) -> bytes:
        """Return the whole body; a compressed one must be complete."""
        if self._stream is not None and not self._stream.eof and not self._first:
            raise UnreadableBodyError("the compressed body is cut short")
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._limit:
            raise TooLargeError(f"the page has more than {self._limit} bytes")
        self._pieces.append(piece)

    @staticmethod
    def _decompressor(encoding: str) -> "zlib._Decompress":
        if encoding in {"gzip", "x-gzip"}:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if encoding == "deflate":
            return zlib.decompressobj()
        raise UnreadableBodyError(f"the body is encoded as {encoding}, which was not asked for")


async def bounded_body(
    chunks: AsyncIterator[bytes], encoding: str | None, *, received: int, unpacked: int, room: asyncio.Semaphore
) -> Body:
    """Read a body within its bounds; a large one waits until there is room for it."""
    coding = (encoding or "").strip().lower()
    unpacker = Unpacker(coding, unpacked)
    pieces: list[bytes] = []
    total = 0
    large = False
    try:
        async for chunk in chunks:
            total += len(chunk)
            if total > received:
                raise TooLargeError(f"the answer has more than {received} bytes")
            unpacker.feed(chunk)
            pieces.append(chunk)
            if unpacker.size > LARGE and not large:
                await room.acquire()
                large = True
        whole = unpacker.result()
    finally:
        if large:
            room.release()
    plain = coding in {"", "identity"}
    return Body(whole, whole if plain else b"".join(pieces), "" if plain else coding)
