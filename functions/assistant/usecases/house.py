"""The house as a whole: what doors and routes are built on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assistant.usecases.ask import AskQuestion
from assistant.usecases.ports import Questions
from shared.kernel.clock import Clock
from shared.kernel.gauges import ReadGauges

type Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """The assistant's API side, wired."""

    questions: Questions
    ask: AskQuestion
    gauges: ReadGauges
    clock: Clock
    checks: dict[str, Check]
