"""Work on many things of which one that fails keeps back none of the others."""

from collections.abc import Awaitable, Callable, Iterable

from shared.kernel.errors import PlatformError


async def for_each[T](things: Iterable[T], work: Callable[[T], Awaitable[int]]) -> int:
    """Work on each thing and return the sum of what that gave; the first `PlatformError` is raised after the last."""
    done, failed = 0, list[PlatformError]()
    for thing in things:
        try:
            done += await work(thing)
        except PlatformError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return done
