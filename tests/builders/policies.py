"""Policies as people write them, valid by default; a test changes the one thing it is about."""

from decimal import Decimal
from random import Random
from typing import Any

from pricing.domain.market import ProductFacts
from pricing.domain.policies.document import Condition, PolicyDocument, Rule
from pricing.domain.policies.parts import Amount, Bounds, Ending, Line
from tests.builders.pricing import some_facts

BRANDS = ("Acme", "Bolt", "Crane", "Dune", "Elm")
COMPETITORS = ("c1", "c2", "c3")

BELOW = Line(reference="lowest", relation="below", by=Amount(percent=Decimal(1)))


def a_rule(**changes: Any) -> Rule:
    """One percent under the lowest, not below 10.00."""
    fields: dict[str, Any] = {"name": "all", "follow": (BELOW,), "bounds": Bounds(min_price=Decimal(10))}
    return Rule(**(fields | changes))


def a_document(*rules: Rule, **changes: Any) -> PolicyDocument:
    """A policy of the shop demo-eu, in EUR."""
    fields: dict[str, Any] = {"name": "Policy", "shop": "demo-eu", "currency": "EUR", "rules": rules or (a_rule(),)}
    return PolicyDocument(**(fields | changes))


def where(field: str, **test: Any) -> Condition:
    """A test of one field."""
    return Condition(field=field, **test)


def a_clean_policy(random: Random) -> tuple[PolicyDocument, list[ProductFacts]]:
    """A policy without a fault, and products for it: rules that share no product, floors, bounds that leave room."""
    rules = []
    for brand in random.sample(BRANDS, random.randint(2, 5)):
        low, high = sorted(random.sample(range(20, 300), 2))
        when = Condition(all_=(where("brand", eq=brand), where("price", gte=Decimal(1))))
        bounds = Bounds(min_price=Decimal(low), max_price=Decimal(high + 100), max_up_percent=Decimal(20))
        competitors = random.choice(COMPETITORS)
        lines = (BELOW, Line(reference="competitor", competitors=(competitors,)), Line(reference="median"))
        rules.append(
            a_rule(
                name=f"for {brand}",
                when=when,
                follow=(random.choice(lines),),
                fallback=random.choice((None, (Line(reference="own", own="current"),))),
                ending=random.choice((None, Ending(endings=(".99",)))),
                bounds=bounds,
            )
        )
    rules.append(a_rule(name="the others"))
    document = a_document(*rules)
    products = [
        some_facts(
            str(random.randint(30, 200)),
            product_id=f"prd-{number}",
            sku=f"SKU-{number}",
            brand=random.choice(BRANDS),
            cost=Decimal(random.randint(5, 20)),
        )
        for number in range(40)
    ]
    # Each brand is there, so that a planted fault has a product to show it.
    products += [some_facts("50", product_id=f"own-{brand}", sku=f"OWN-{brand}", brand=brand) for brand in BRANDS]
    return document, products
