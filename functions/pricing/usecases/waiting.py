"""When a decided price that may not go out now may: what follows new prices looks at it again then."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pricing.domain.decision import Decision
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.policies.compiled import Compiled
from pricing.usecases.ports import Run

type Waits = Mapping[str, datetime]

STEP = timedelta(minutes=15)
FARTHEST = timedelta(days=8)
SHUT, TOO_SOON = "schedule", "min gap"


class Reminders(Protocol):
    """What is to be decided again, and when."""

    async def remind(self, run: Run, waits: Waits) -> None:
        """Note for a run's policy that partitions are to be decided again at a moment, or earlier if they change."""


def waits_of(rules: Compiled, inputs: Sequence[Inputs], decisions: Sequence[Decision]) -> Waits:
    """Until when each partition waits of which a price was decided and held, by its schedule or its smallest gap."""
    opening: dict[tuple[int, datetime], datetime | None] = {}
    found: dict[str, datetime] = {}
    for seen, decision in zip(inputs, decisions, strict=True):
        place, until = decision.rule_place, None
        if place is None:
            continue
        if decision.binding == SHUT:
            if (place, seen.at) not in opening:
                opening[place, seen.at] = _opening(rules, place, seen.at)
            until = opening[place, seen.at]
        elif decision.binding == TOO_SOON and seen.standing.last_changed_at is not None:
            until = seen.standing.last_changed_at + timedelta(minutes=rules.plan.rules[place].min_gap_minutes)
        if until is not None:
            name = seen.facts.partition
            found[name] = min(found.get(name, until), until)
    return found


def _opening(rules: Compiled, place: int, at: datetime) -> datetime | None:
    """When a rule's prices may go out next, to the quarter of an hour; None where that is not soon."""
    moment = at
    while moment < at + FARTHEST:
        moment += STEP
        if not rules.closed(place, moment):
            return moment
    return None
