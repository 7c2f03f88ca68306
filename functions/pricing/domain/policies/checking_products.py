"""What a policy means for the products of its shop: bounds that leave no price, no floor, rules that overlap."""

from collections.abc import Iterator, Sequence

import numpy as np

from pricing.domain.market import ProductFacts
from pricing.domain.policies.compiled import NO_RULE, Compiled
from pricing.domain.policies.conditions import effort, mask
from pricing.domain.policies.fact_columns import FactColumns
from pricing.domain.policies.findings import Finding
from pricing.domain.policies.floors import band, fits, has_floor
from pricing.domain.policies.regions import Work, WorkedEnough

type Products = list[ProductFacts]

MOST_WORK = 1_500_000
"""Microseconds, about, in which overlaps are looked for."""


def product_findings(made: Compiled, products: Products, *, whole: bool) -> Iterator[Finding]:
    """Findings that these products show, each once for a rule, with an example and how many there are."""
    currency = made.plan.currency
    other = [facts for facts in products if facts.currency != currency]
    if other:
        yield Finding(
            code="CURRENCY_MISMATCH",
            severity="error",
            message=f"{_count(other)} sold in {other[0].currency}, and the policy is in {currency}",
            mend="write the policy in the currency of its shop",
            sku=other[0].sku,
            pointer="/currency",
        )
    fitting = [facts for facts in products if facts.currency == currency]
    by_rule: dict[int, Products] = {}
    for facts, place in zip(fitting, made.first_of(fitting), strict=True):
        if place != NO_RULE and made.rules[place].follow:
            by_rule.setdefault(place, []).append(facts)
    for place, taken in sorted(by_rule.items()):
        yield from _of_rule(made, place, taken, whole=whole)
    yield from _overlaps(made, fitting)


def _of_rule(made: Compiled, place: int, products: Products, *, whole: bool) -> Iterator[Finding]:
    plan, digits = made.plan.rules[place], made.plan.minor_digits
    bare = [facts for facts in products if not has_floor(facts, plan.bounds)]
    if bare:
        yield Finding(
            code="NO_FLOOR",
            severity="warning",
            rule=plan.name,
            message=f"{_count(bare)} without a floor, so nothing goes out without a person",
            mend="give a min_price, or a margin, markup or profit and the product's cost",
            sku=bare[0].sku,
            pointer=f"/rules/{place}/bounds",
        )
    bands = [(facts, band(facts, plan.bounds, digits)) for facts in products]
    empty = [(facts, one) for facts, one in bands if one.is_empty]
    if empty:
        facts, one = empty[0]
        yield Finding(
            code="CONTRADICTORY_BOUNDS",
            # A fault of one product's data must not keep a policy from being saved; the product is held.
            severity="error" if whole and len(empty) == len(products) else "warning",
            rule=plan.name,
            message=f"{_count([facts for facts, _ in empty])} without a price between {one.low_by} and {one.high_by}",
            mend=f"raise {one.high_by} or lower {one.low_by}",
            sku=facts.sku,
            pointer=f"/rules/{place}/bounds",
        )
    ending = plan.ending
    if ending is None:
        return
    least, most = plan.bounds.valid_low, plan.bounds.valid_high
    without = [
        facts
        for facts, one in bands
        if not one.is_empty and not fits(ending, max(one.low or 0, least), min(one.high or most, most))
    ]
    if without:
        yield Finding(
            code="ENDING_NEVER_FITS",
            severity="warning",
            rule=plan.name,
            message=f"{_count(without)} with no price of the wanted ending inside the bounds",
            mend="widen the bounds, or allow another ending",
            sku=without[0].sku,
            pointer=f"/rules/{place}/ending",
        )


def _overlaps(made: Compiled, products: Sequence[ProductFacts]) -> Iterator[Finding]:
    """Rules with a condition that hold for a product which an earlier rule with a condition takes.

    Of rules beyond what can soon be compared nothing is said.
    """
    if len(products) == 0:
        return
    columns, work = FactColumns(products), Work(MOST_WORK)
    first = np.full(len(products), NO_RULE, np.int32)
    for place, rule in enumerate(made.rules):
        if rule.when is None:
            continue
        try:
            work.spend(effort(rule.when, len(products)))
        except WorkedEnough:
            return
        holds = mask(rule.when, columns)
        both = holds & (first != NO_RULE)
        if both.any():
            row = int(np.argmax(both))
            yield Finding(
                code="OVERLAP",
                severity="info",
                rule=rule.name,
                message=f"earlier rules, as «{made.rules[first[row]].name}», take {both.sum()} products it holds for",
                mend="the first rule that holds decides; change the order if another should",
                sku=products[row].sku,
                pointer=f"/rules/{place}/when",
            )
        first[holds & (first == NO_RULE)] = place


def _count(products: Products) -> str:
    return "1 product is" if len(products) == 1 else f"{len(products)} products are"
