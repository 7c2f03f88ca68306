"""A whole run made again from what its decisions were made from, and its inputs held against the observations."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from pricing.domain.charts import Ladder, Moves
from pricing.domain.decisions.counting import counted
from pricing.domain.decisions.inputs import Inputs
from pricing.domain.decisions.replay import Difference, differences, replayed, untrue
from pricing.domain.decisions.statistics import Tally
from pricing.domain.decisions.stored import inputs_from
from pricing.domain.exact_percent import percent_of
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compiled
from pricing.domain.simulation import Asked
from pricing.usecases.ports import Policies, Run, Runs, StoredDecision
from pricing.usecases.simulating.pace import Pace
from pricing.usecases.simulating.past import Past
from pricing.usecases.simulating.results import Made, moves_of, plain

DECISIONS_AT_ONCE = 250
MOST_LISTED = 100
COLUMNS = (
    *("product_id", "sku", "currency", "stored_price", "stored_reason", "price_again", "reason_again"),
    *("same", "fields_that_differ", "inputs_true"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision with what it was made from, None where that is no longer kept."""

    stored: StoredDecision
    inputs: Inputs | None

    @property
    def has_family(self) -> bool:
        """Whether it may have been decided together with others."""
        return self.inputs is not None and self.inputs.facts.family is not None


async def with_families(
    runs: Runs, run: Run, *, joined: bool, size: int = DECISIONS_AT_ONCE
) -> AsyncIterator[Sequence[Kept]]:
    """Walk through a run's decisions; where families are `joined`, their products come last and all together."""
    families: list[Kept] = []
    async for some in runs.walk(run.organisation_id, run.run_id, size):
        read = [Kept(one, None if one.inputs is None else inputs_from(one.inputs)) for one in some]
        if not joined:
            yield read
            continue
        alone = [one for one in read if not one.has_family]
        families += [one for one in read if one.has_family]
        if alone:
            yield alone
    if families:
        yield families


@dataclass(slots=True)
class _Found:
    decisions: int = 0
    without_inputs: int = 0
    different: int = 0
    untrue: int = 0
    listed: list[Difference] = field(default_factory=list)
    listed_untrue: list[Difference] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)
    steps: list[tuple[str, float]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def lost(self, stored: StoredDecision) -> None:
        """A decision whose inputs are no longer kept."""
        one = stored.decision
        self.without_inputs += 1
        row = (
            one.product_id,
            one.sku,
            one.currency,
            one.price,
            one.reason.value,
            None,
            "",
            None,
            "inputs not kept",
            None,
        )
        self.rows.append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateReplay:
    """Make every decision of a run again."""

    policies: Policies
    runs: Runs
    past: Past

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """Where what is stored and what is made again differ: nowhere, when all is well."""
        run = await self.runs.get(organisation_id, str(asked.run_id))
        policy = await self.policies.version(organisation_id, run.policy_id, run.policy_version)
        rules = compiled(policy.document)
        joined = any(rule.same_price is not None for rule in rules.plan.rules)
        found = _Found()
        async for some in with_families(self.runs, run, joined=joined):
            await pace()
            await self._replay(organisation_id, rules, some, found)
        return _made(run, found)

    async def _replay(self, organisation_id: str, rules: Compiled, some: Sequence[Kept], found: _Found) -> None:
        kept = [(one.stored, one.inputs) for one in some if one.inputs is not None]
        for one in some:
            found.decisions += 1
            if one.inputs is None:
                found.lost(one.stored)
        if not kept:
            return
        inputs = [seen for _, seen in kept]
        named = sorted({offer.observation_id for seen in inputs for offer in seen.offers if offer.observation_id})
        looks = await self.past.observations(organisation_id, named)
        made = replayed(rules, inputs, policy_version=kept[0][0].policy_version)
        for (stored, seen), again in zip(kept, made, strict=True):
            before = stored.decision
            differs, false = differences(before, again), untrue(seen, looks)
            found.different += bool(differs)
            found.untrue += bool(false)
            found.listed += differs[: MOST_LISTED - len(found.listed)]
            found.listed_untrue += false[: MOST_LISTED - len(found.listed_untrue)]
            found.tally.take(counted(seen, before))
            found.rows.append(
                (
                    *(before.product_id, before.sku, before.currency, before.price, before.reason.value),
                    *(again.price, again.reason.value, not differs),
                    *(" ".join(one.field for one in differs), not false),
                )
            )
            percent = percent_of(before.price, seen.facts.price)
            if percent:
                found.steps.append((before.sku, float(percent)))


def _made(run: Run, found: _Found) -> Made:
    proven = found.decisions - found.without_inputs
    short = {
        "run_id": run.run_id,
        "policy": f"{run.policy_id} version {run.policy_version}",
        "decisions": found.decisions,
        "made_again": proven,
        "without_inputs": found.without_inputs,
        "different": found.different,
        "untrue_inputs": found.untrue,
        "faithful": found.different == 0 and found.without_inputs == 0,
    }
    words = f"{proven} decisions were made again, {found.different} of them came out otherwise"
    return Made(
        items=found.decisions,
        summary=short,
        result=short
        | {
            "differences": found.listed,
            "untrue": found.listed_untrue,
            "figures": plain(found.tally.figures()),
        },
        columns=COLUMNS,
        rows=found.rows,
        ladder=Ladder(title="What the run moved", described=f"{words}; each bar is one price.", steps=found.steps),
        moves=Moves(title="Moves of the run", described=f"{words}.", series=[("as stored", moves_of(found.tally))]),
    )
