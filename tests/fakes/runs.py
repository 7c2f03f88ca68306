"""How a test waits for what is asynchronous."""

from collections.abc import Callable, Coroutine
from typing import Any

type Run = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs one coroutine to its end; all of a test's on one loop."""
