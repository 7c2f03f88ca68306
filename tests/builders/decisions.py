"""Subjects of decisions, and a compiled policy of one rule or a few, without any text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pricing.domain.decision import Decision
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.inputs import Inputs, inputs_of
from pricing.domain.decisions.subjects import NOTHING_SPECIAL, Standing, Subject
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.plan import Line, Plan, Reference, RulePlan, valid_range
from shared.kernel.money import MINOR_UNITS
from tests.builders.kernel import NINETY_NINE, a_rule, line
from tests.builders.pricing import MONDAY, an_offer, some_facts

ONE_PERCENT_UNDER = line("lowest", "below", ppm=10_000)
ONE_UNDER_SECOND = Line(reference=Reference(kind="lowest"), relation="below", money=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRules:
    """A compiled policy whose rules are asked in order; `when` says for which products each holds."""

    plan: Plan
    when: Sequence[Callable[[ProductFacts], bool]] = ()
    formulas: Mapping[str, int] = field(default_factory=dict)
    closed_rules: frozenset[int] = frozenset()
    per_day: bool = True

    def rules_of(self, products: Sequence[ProductFacts], at: datetime) -> list[int]:
        del at
        asked = self.when or (lambda _: True,)
        return [next((place for place, holds in enumerate(asked) if holds(one)), -1) for one in products]

    def formulas_of(
        self, products: Sequence[ProductFacts], channel_prices: Mapping[str, Mapping[str, Decimal]]
    ) -> dict[str, list[int]]:
        made = {name: [amount] * len(products) for name, amount in self.formulas.items()}
        unit = 10**self.plan.minor_digits
        shops = {shop for prices in channel_prices.values() for shop in prices}
        for shop in sorted(shops):
            prices = [channel_prices.get(one.product_id, {}).get(shop, Decimal(0)) for one in products]
            made[f"channel:{shop}"] = [int(price * unit) for price in prices]
        return made

    def closed(self, rule: int, at: datetime) -> bool:
        del at
        return rule in self.closed_rules

    def limits_per_day(self, rule: int) -> bool:
        del rule
        return self.per_day

    def rule_name(self, rule: int) -> str:
        return self.plan.rules[rule].name


def some_rules(*rules: RulePlan, currency: str = "EUR", **changes: Any) -> FakeRules:
    """A policy of these rules; without any it matches the lowest landed price."""
    plan = Plan(currency=currency, minor_digits=MINOR_UNITS[currency], rules=rules or (a_rule(),))
    return FakeRules(plan=plan, **changes)


def rules_in(currency: str, **changes: Any) -> FakeRules:
    """A policy of one rule in a currency, with that currency's valid range."""
    low, high = valid_range(MINOR_UNITS[currency])
    return some_rules(a_rule(**{"valid_low": low, "valid_high": high, **changes}), currency=currency)


def a_subject(price: str | None, *offers: Offer, standing: Standing = NOTHING_SPECIAL, **changes: Any) -> Subject:
    """A product with offers; amounts by text."""
    amounts = {
        name: Decimal(value) if name in {"cost", "min_price", "max_price", "map_price", "msrp"} else value
        for name, value in changes.items()
    }
    facts = some_facts(price, **amounts)
    return Subject(facts, tuple(replace(one, product_id=facts.product_id) for one in offers), standing)


def one_decision(
    rules: FakeRules,
    subject: Subject,
    competitors: Mapping[str, Competitor] | None = None,
    at: datetime = MONDAY,
) -> Decision:
    """What is decided for one product."""
    (made,) = decide(rules, [subject], competitors or {}, at)
    return made


def some_inputs(
    *subjects: Subject, competitors: Mapping[str, Competitor] | None = None, at: datetime = MONDAY
) -> list[Inputs]:
    """The inputs of subjects."""
    return inputs_of(subjects, competitors or {}, at)


__all__ = ["MONDAY", "NINETY_NINE", "ONE_PERCENT_UNDER", "a_rule", "an_offer", "line"]
