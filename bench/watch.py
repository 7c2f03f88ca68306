"""Where the time of some work goes, by name."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any


class Watch:
    """Seconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def over[**P, T](self, name: str, work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        """The same work, with its time counted under a name."""

        async def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            start = time.perf_counter()
            try:
                return await work(*args, **kwargs)
            finally:
                self.spent[name] += time.perf_counter() - start

        return timed


class Timed:
    """A store whose methods are timed under one name."""

    def __init__(self, store: Any, name: str, watch: Watch) -> None:  # noqa: ANN401 - any store
        self._store, self._name, self._watch = store, name, watch

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - any method
        return self._watch.over(self._name, getattr(self._store, method))
