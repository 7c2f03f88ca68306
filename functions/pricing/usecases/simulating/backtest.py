"""A candidate over the last days of a shop: the runs of its live policy, and the days between them rebuilt."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from pricing.domain.decisions.backtest import Backtesting, Moment
from pricing.domain.decisions.deciding import decided
from pricing.domain.errors import SimulationTooLarge
from pricing.domain.policies.compiled import Compiled
from pricing.domain.simulation import Asked
from pricing.usecases.ports import Facts, Policies, Run, Runs, ShopPart
from pricing.usecases.simulating.backtest_results import Looked, made_of
from pricing.usecases.simulating.pace import Pace
from pricing.usecases.simulating.past import Past
from pricing.usecases.simulating.policies import Pair, ReadPair, Versions
from pricing.usecases.simulating.rebuilt import RebuildDays
from pricing.usecases.simulating.replay import with_families
from pricing.usecases.simulating.results import Made
from pricing.usecases.subjects import ReadSubjects
from shared.kernel.clock import Clock

DAYS = 28
PRODUCTS_AT_ONCE = 1_000
REBUILT_AT = time(6, tzinfo=UTC)
MOST_DECISIONS = 1_500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateBacktest:
    """Run a candidate over the recorded past; the live policy's stored decisions are proven on the way."""

    facts: Facts
    subjects: ReadSubjects
    policies: Policies
    runs: Runs
    past: Past
    pair: ReadPair
    clock: Clock

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """What the candidate would have done in the last days."""
        pair, now = await self.pair(organisation_id, asked), self.clock()
        since = now - timedelta(days=asked.days or DAYS)
        runs = await self.past.runs_of(organisation_id, pair.saved.policy_id, since, now)
        parts = await self.facts.parts_of(organisation_id, pair.saved.shop_id, PRODUCTS_AT_ONCE)
        without_run = _days_without(runs, since, now)
        _check_size(runs, without_run, parts)
        testing, looked = Backtesting(pair.candidate, pair.live), Looked(pair=pair, since=since, until=now)
        versions = Versions(policies=self.policies, organisation_id=organisation_id, policy_id=pair.saved.policy_id)
        rebuild = RebuildDays(
            facts=self.facts,
            subjects=self.subjects,
            past=self.past,
            organisation_id=organisation_id,
            pair=pair,
            parts=parts,
        )
        due: list[tuple[datetime, Run | None]] = [(_moment(run), run) for run in runs]
        due += [(at, None) for at in without_run]
        for at, run in sorted(due, key=_first):
            moments = self._rebuilt(rebuild, pair, at) if run is None else self._of(run, pair, versions, looked)
            taken = 0
            async for moment in moments:
                await pace()
                testing.take(moment)
                taken += len(moment.inputs)
            looked.note(at, run, taken)
        return made_of(looked, testing)

    async def _of(self, run: Run, pair: Pair, versions: Versions, looked: Looked) -> AsyncIterator[Moment]:
        live: Compiled = await versions.of(run.policy_version)
        joined = pair.joins_families or any(rule.same_price is not None for rule in live.plan.rules)
        async for some in with_families(self.runs, run, joined=joined):
            kept = [(one.inputs, one.stored.decision) for one in some if one.inputs is not None]
            looked.without_inputs += len(some) - len(kept)
            if kept:
                inputs, decisions = zip(*kept, strict=True)
                yield Moment(at=_moment(run), inputs=inputs, decisions=decisions, live=live)

    async def _rebuilt(self, rebuild: RebuildDays, pair: Pair, at: datetime) -> AsyncIterator[Moment]:
        async for inputs in rebuild(at):
            yield Moment(at=at, inputs=inputs, decisions=decided(pair.live, inputs, told=False))


def _first(one: tuple[datetime, Run | None]) -> datetime:
    return one[0]


def _moment(run: Run) -> datetime:
    return run.started_at or run.requested_at


def _days_without(runs: Sequence[Run], since: datetime, now: datetime) -> list[datetime]:
    """A moment of each day, inside the window, on which nothing was decided."""
    decided_on = {_moment(run).astimezone(UTC).date() for run in runs}
    day, found = since.astimezone(UTC).date(), []
    while day <= now.astimezone(UTC).date():
        at = datetime.combine(day, REBUILT_AT)
        if since < at <= now and day not in decided_on:
            found.append(at)
        day += timedelta(days=1)
    return found


def _check_size(runs: Sequence[Run], without_run: Sequence[datetime], parts: Sequence[ShopPart]) -> None:
    products = sum(part.products for part in parts)
    count = sum(run.decisions for run in runs) + len(without_run) * products
    if count > MOST_DECISIONS:
        detail = f"the window holds {count:,} decisions; a backtest makes {MOST_DECISIONS:,}: ask for fewer days"
        raise SimulationTooLarge(detail)
