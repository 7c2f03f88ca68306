"""One event loop for the life of the process: drivers bind their connections to the loop they first ran on."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from typing import Any


@cache
def the_loop() -> asyncio.AbstractEventLoop:
    """The loop that every invocation of this function runs on."""
    return asyncio.new_event_loop()


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end on the loop of this process."""
    return the_loop().run_until_complete(work)
