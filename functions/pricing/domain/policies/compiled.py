"""A compiled policy: the kernel's plan, and what must be known of products and time before the kernel runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor

import numpy as np

from pricing.domain.kernel.columns import FARTHEST
from pricing.domain.market import ProductFacts
from pricing.domain.plan import Line, LoopPlan, Plan, RulePlan
from pricing.domain.policies.compiling_lines import CHANNEL, FORMULA
from pricing.domain.policies.conditions import Holds, holder, mask
from pricing.domain.policies.document import PolicyDocument, Rule
from pricing.domain.policies.fact_columns import FactColumns
from pricing.domain.policies.fields import value_of
from pricing.domain.policies.formulas import Formula, formula
from pricing.domain.policies.windows import is_asleep, is_open

NO_RULE = -1
FEW = 16
"""Up to so many products are looked at one by one, more of them as columns."""

type Channels = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One policy, ready to run. Places of rules are those of `plan.rules`, which start with the document's own.

    `rules` are the document's with what the defaults say. `asleep` gives a rule that rises while it sleeps the place
    of what it does then.
    """

    document: PolicyDocument
    plan: Plan
    rules: tuple[Rule, ...]
    asleep: Mapping[int, int]
    _holders: list[Holds] = field(default_factory=list, compare=False, repr=False)

    def rules_of(self, products: Sequence[ProductFacts], at: datetime) -> list[int]:
        """The place of the first rule that holds for each product; −1 for none, and for one that follows nothing."""
        first = self.first_of(products)
        stands = [self._place(place, at) for place in range(len(self.rules))]
        return [NO_RULE if place == NO_RULE else stands[place] for place in first]

    def first_of(self, products: Sequence[ProductFacts]) -> list[int]:
        """The place in the document of the first rule that holds for each product; −1 for none."""
        return self._one_by_one(products) if len(products) <= FEW else self._by_columns(products)

    def _one_by_one(self, products: Sequence[ProductFacts]) -> list[int]:
        if not self._holders:
            always: Holds = lambda _: True  # noqa: E731  # a rule without a condition
            self._holders.extend(always if rule.when is None else holder(rule.when) for rule in self.rules)
        numbered = list(enumerate(self._holders))
        return [next((place for place, holds in numbered if holds(facts)), NO_RULE) for facts in products]

    def _by_columns(self, products: Sequence[ProductFacts]) -> list[int]:
        columns = FactColumns(products)
        taken = np.full(len(products), NO_RULE, np.int32)
        for place, rule in enumerate(self.rules):
            free = taken == NO_RULE
            if not free.any():
                break
            taken[free if rule.when is None else free & mask(rule.when, columns)] = place
        found: list[int] = taken.tolist()
        return found

    def _place(self, place: int, at: datetime) -> int:
        if not self.rules[place].follow:
            return NO_RULE
        return self.asleep[place] if place in self.asleep and is_asleep(self.rules[place].sleep, at) else place

    def formulas_of(self, products: Sequence[ProductFacts], channel_prices: Channels) -> dict[str, list[int]]:
        """Computed references by name in minor units, rounded down, 0 for none. Prices in channels are by product."""
        return {name: self._formula_column(name, products) for name in self.formula_names} | {
            f"{CHANNEL}{channel}": [
                self._minor(channel_prices.get(facts.product_id, {}).get(channel)) for facts in products
            ]
            for channel in self.channels
        }

    def _formula_column(self, name: str, products: Sequence[ProductFacts]) -> list[int]:
        made = formula(name.removeprefix(FORMULA))
        return [self._minor(_computed(made, facts)) for facts in products]

    def _minor(self, amount: Decimal | Fraction | None) -> int:
        if amount is None:
            return 0
        whole = floor(Fraction(amount) * 10**self.plan.minor_digits)
        return whole if 0 < whole < FARTHEST else 0

    @property
    def channels(self) -> tuple[str, ...]:
        """Our other shops whose prices the policy follows."""
        return tuple(name.removeprefix(CHANNEL) for name in self._columns if name.startswith(CHANNEL))

    @property
    def formula_names(self) -> tuple[str, ...]:
        """The columns of computed references, beside those of channels."""
        return tuple(name for name in self._columns if name.startswith(FORMULA))

    @property
    def _columns(self) -> list[str]:
        lines = (line.reference.formula for plan in self.plan.rules for line in lines_of(plan))
        return list(dict.fromkeys(name for name in lines if name is not None))

    def closed(self, rule: int, at: datetime) -> bool:
        """Whether nothing of a rule may be published now: its schedule is shut, or it sleeps without rising."""
        written = self.rules[self.place_in_document(rule)]
        sleeps = is_asleep(written.sleep, at) and not (written.sleep is not None and written.sleep.go_to_max)
        return sleeps or not is_open(written.schedule, at)

    def place_in_document(self, rule: int) -> int:
        """The place in the document of a rule of the plan."""
        if rule < len(self.rules):
            return rule
        return next(place for place, shadow in self.asleep.items() if shadow == rule)

    def rule_name(self, rule: int) -> str:
        """The name of a rule of the plan."""
        return self.plan.rules[rule].name

    def limits_per_day(self, rule: int) -> bool:
        """Whether largest moves are measured from the price at the start of the day."""
        bounds = self.rules[self.place_in_document(rule)].bounds
        return bounds is not None and bounds.per == "day"

    def per_day(self, products: Sequence[ProductFacts]) -> list[bool]:
        """Whether each product's largest moves are measured so, by the rule that takes it."""
        by_day = [self.limits_per_day(place) for place in range(len(self.rules))]
        if not any(by_day):
            return [False] * len(products)
        return [place != NO_RULE and by_day[place] for place in self.first_of(products)]

    def loop(self, rule: int) -> LoopPlan:
        """How many own moves a price war may take."""
        return self.plan.rules[rule].loop


def lines_of(plan: RulePlan) -> list[Line]:
    """Every line of a rule: its own, then its fallbacks."""
    return [*plan.lines, *(step for step in plan.fallbacks if isinstance(step, Line))]


def competitors_of(plan: RulePlan) -> list[str]:
    """Every competitor that a rule names."""
    named = [name for line in lines_of(plan) for name in line.reference.competitors]
    single = [name for name in (plan.bounds.floor_competitor, plan.freeze_while_lowest) if name is not None]
    return [*plan.competitors.ids, *named, *single]


def _computed(made: Formula, facts: ProductFacts) -> Fraction | None:
    values = {name: value_of(facts, name) for name in made.names}
    return made.of({name: Fraction(value) if isinstance(value, Decimal) else None for name, value in values.items()})
