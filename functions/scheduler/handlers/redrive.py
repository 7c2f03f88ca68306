"""Lambda: moves dead letters back onto their queues (invoked by an operator; no route leads here)."""

from dataclasses import asdict

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from scheduler.bootstrap import redrive_letters
from scheduler.usecases.redrive import Redrive
from shared.runtime.deadline import remaining
from shared.runtime.lambda_invoke import invoke_handler

redrive = redrive_letters()
# Where nothing ends the work, as in a test.
ENDLESS_SECONDS = 3600.0


class Asked(BaseModel):
    """Which letters to move, how fast and for whom. Without `dry_run: false` nothing moves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    queue: str = Field(min_length=1, max_length=80)
    requested_by: str = Field(min_length=1, max_length=200)
    dry_run: bool = True
    reason: str | None = None
    type: str | None = None
    organisation_id: str | None = None
    older_than: AwareDatetime | None = None
    rate_per_second: float = Field(default=10.0, gt=0, le=100)
    limit: int = Field(default=100, ge=1, le=10_000)


class Letter(BaseModel):
    """One of the letters, as a sample."""

    message_id: str
    type: str
    organisation_id: str
    reason: str
    detail: str
    sent_at: AwareDatetime


class Done(BaseModel):
    """What was moved, or would be."""

    redrive_id: str
    seen: int
    matched: int
    moved: int
    failed: int
    left: int
    reasons: dict[str, int]
    samples: tuple[Letter, ...]


def _left_ms() -> int:
    left = remaining()
    return int(1000 * (ENDLESS_SECONDS if left is None else left))


async def serve(asked: Asked) -> Done:
    """Redrive as asked."""
    return Done.model_validate(asdict(await redrive(Redrive(**asked.model_dump()), _left_ms)))


handler = invoke_handler(TypeAdapter(Asked), serve)
