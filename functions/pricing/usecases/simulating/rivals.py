"""Policies against each other on given products: where they settle, and how they get there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pricing.domain.errors import InvalidSimulation
from pricing.domain.kernel.columns import FARTHEST, Products
from pricing.domain.kernel.exact import Ints
from pricing.domain.loops.simulator import ROUNDS, Outside, Seller, settled_at_once, simulated
from pricing.domain.market import ProductFacts
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compiled
from pricing.domain.simulation import Asked, RivalPrice, RivalProduct, RivalSeller
from pricing.usecases.ports import Policies
from pricing.usecases.simulating.pace import Pace
from pricing.usecases.simulating.results import Made
from pricing.usecases.simulating.rivals_results import made_of
from shared.kernel.clock import Clock
from shared.kernel.errors import Fault

_AMOUNTS = ("price", "cost", "min_price", "max_price", "map_price", "msrp")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateRivals:
    """Let policies price the same products in turn until nobody moves any more."""

    policies: Policies
    clock: Clock

    async def __call__(self, organisation_id: str, asked: Asked, pace: Pace) -> Made:
        """Where they settle, step by step and when each goes straight there."""
        rules = {one.name: await self._rules(organisation_id, one) for one in asked.sellers}
        await pace()
        currencies = {one.plan.currency for one in rules.values()}
        if len(currencies) > 1:
            named = ", ".join(f"{name}: {one.plan.currency}" for name, one in rules.items())
            raise InvalidSimulation(f"all policies are in one currency; {named}")
        sellers = [self._seller(name, one, asked.products) for name, one in rules.items()]
        digits = next(iter(rules.values())).plan.minor_digits
        outside = _outside(asked.products, rules, digits)
        rounds = asked.rounds or ROUNDS
        slow = simulated(sellers, outside, rounds=rounds)
        fast = settled_at_once(sellers, outside, rounds=rounds)
        return made_of(asked.products, slow, fast, digits, currencies.pop())

    async def _rules(self, organisation_id: str, one: RivalSeller) -> Compiled:
        document = one.document
        if document is None:
            document = (await self.policies.latest(organisation_id, str(one.policy_id))).document
        return compiled(document)

    def _seller(self, name: str, rules: Compiled, products: Sequence[RivalProduct]) -> Seller:
        prices = [_of(product, name) for product in products]
        facts = [_facts(product, price, rules) for product, price in zip(products, prices, strict=True)]
        digits = rules.plan.minor_digits
        columns = {
            amount: _column([getattr(one, amount) for one in prices], digits, f"{name}'s {amount}")
            for amount in _AMOUNTS
        }
        formulas = rules.formulas_of(facts, {})
        return Seller(
            name=name,
            plan=rules.plan,
            products=Products(
                price=columns["price"],
                cost=columns["cost"],
                min_price=columns["min_price"],
                max_price=columns["max_price"],
                map_price=columns["map_price"],
                msrp=columns["msrp"],
                rule=np.array(rules.rules_of(facts, self.clock()), np.int32),
                formulas={one: np.array(column, np.int64) for one, column in formulas.items()},
            ),
        )


def _of(product: RivalProduct, seller: str) -> RivalPrice:
    return next(one for one in product.prices if one.seller == seller)


def _facts(product: RivalProduct, own: RivalPrice, rules: Compiled) -> ProductFacts:
    return ProductFacts(
        organisation_id="",
        product_id=product.sku,
        shop_id=rules.document.shop,
        sku=product.sku,
        name=product.sku,
        currency=rules.plan.currency,
        revision=0,
        active=True,
        brand=product.brand,
        category=product.category,
        tags=product.tags,
        price=own.price,
        cost=own.cost,
        min_price=own.min_price,
        max_price=own.max_price,
        map_price=own.map_price,
        msrp=own.msrp,
    )


def _column(amounts: Sequence[Decimal | None], digits: int, whose: str) -> Ints:
    return np.array([_minor(one, digits, whose) for one in amounts], np.int64)


def _minor(amount: Decimal | None, digits: int, whose: str) -> int:
    if amount is None:
        return 0
    if not amount.is_finite() or not 0 < amount * 10**digits < FARTHEST or amount * 10**digits % 1:
        detail = f"{whose} of {amount} is no amount with at most {digits} digits after the point"
        raise InvalidSimulation(detail, faults=(Fault("#/products", detail),))
    return int(amount * 10**digits)


def _outside(products: Sequence[RivalProduct], rules: Mapping[str, Compiled], digits: int) -> list[Outside]:
    """Those who have a price and no policy."""
    names = dict.fromkeys(one.seller for product in products for one in product.prices if one.seller not in rules)
    return [
        Outside(
            name=name,
            prices=_column(
                [next((one.price for one in product.prices if one.seller == name), None) for product in products],
                digits,
                f"{name}'s price",
            ),
        )
        for name in names
    ]
