"""A noisy week of a market, drawn from a seed: flicker, small steps, campaigns, and some cuts that matter."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pricing.domain.market import Offer, ProductFacts
from tests.builders.pricing import MONDAY, an_observation, an_offer, some_facts

CENT = Decimal("0.01")
MINUTES = 7 * 24 * 60
FIRST_MINUTE = 60
FLICKERS, STEPS, CAMPAIGNS, CUTS = 900, 1_500, 12, 60


@dataclass(frozen=True, slots=True)
class Look:
    """What an offer showed from a moment on."""

    at: datetime
    before: Offer
    after: Offer


@dataclass
class NoisyWeek:
    """200 products at 6 competitors, and each look in a week that showed another price, in order."""

    facts: dict[str, ProductFacts]
    offers: dict[str, Offer]
    looks: list[Look]


def noisy_week(seed: int, products: int = 200, competitors: int = 6) -> NoisyWeek:
    """Draw a week. Flicker returns within 12 minutes; campaigns cut a fifth of a shop's offers within half an hour."""
    drawn = random.Random(seed)
    facts = {f"prd-{n:03}": _product(drawn, n) for n in range(products)}
    offers = {}
    for product in facts.values():
        for place in range(competitors):
            name = f"{product.product_id}/c{place}"
            price = _rounded((product.price or CENT) * Decimal(drawn.randint(95, 125)) / 100)
            made = an_offer(f"{price}", offer_id=name, competitor_id=f"c{place}", product_id=product.product_id)
            offers[name] = replace(made, product_id=product.product_id)
    return NoisyWeek(facts, dict(offers), list(_looks(drawn, dict(offers), competitors)))


def _product(drawn: random.Random, number: int) -> ProductFacts:
    price = Decimal(drawn.randint(500, 60_000)) / 100
    return some_facts(
        f"{price}",
        product_id=f"prd-{number:03}",
        sku=f"SKU-{number:03}",
        cost=_rounded(price * Decimal(drawn.randint(55, 80)) / 100),
        sold_28d=int(drawn.paretovariate(1.1) * 4),
    )


def _looks(drawn: random.Random, now: dict[str, Offer], competitors: int) -> Iterator[Look]:
    """The looks in order. A plan is a minute, an offer, a factor on its price, and after how long it returns, if so."""
    plans = _plans(drawn, sorted(now), competitors)
    heapq.heapify(plans)
    stood: dict[str, Decimal] = {}
    while plans:
        minute, name, factor, back = heapq.heappop(plans)
        before = now[name]
        price = before.latest.item_price if before.latest is not None else None
        # What flickers stands still otherwise.
        if price is None or (factor and name in stood):
            continue
        shown = max(_rounded(price * factor), CENT) if factor else stood.pop(name)
        if back:
            stood[name] = price
            heapq.heappush(plans, (minute + back, name, Decimal(0), 0))
        if shown == price:
            continue
        at = MONDAY + timedelta(minutes=minute)
        seen = an_observation(
            f"{shown}",
            observation_id=f"obs-{name}-{minute}",
            offer_id=name,
            product_id=before.product_id,
            competitor_id=before.competitor_id,
            captured_at=at,
        )
        now[name] = replace(before, latest=seen, previous=before.latest)
        yield Look(at, before, now[name])


def _plans(drawn: random.Random, names: list[str], competitors: int) -> list[tuple[int, str, Decimal, int]]:
    plans = []
    for _ in range(FLICKERS):
        factor = Decimal(drawn.randint(70, 98)) / 100
        plans.append((drawn.randrange(FIRST_MINUTE, MINUTES), drawn.choice(names), factor, drawn.randint(3, 12)))
    for _ in range(STEPS):
        percent = Decimal(drawn.choice([-1, 1]) * drawn.randint(2, 9)) / 10
        plans.append((drawn.randrange(FIRST_MINUTE, MINUTES), drawn.choice(names), 1 + percent / 100, 0))
    for _ in range(CAMPAIGNS):
        start, shop = drawn.randrange(FIRST_MINUTE, MINUTES - 120), f"/c{drawn.randrange(competitors)}"
        own = [name for name in names if name.endswith(shop)]
        factor = Decimal(drawn.randint(80, 93)) / 100
        plans += [(start + drawn.randrange(30), name, factor, 0) for name in drawn.sample(own, len(own) // 5)]
    for _ in range(CUTS):
        factor = Decimal(drawn.randint(60, 90)) / 100
        plans.append((drawn.randrange(FIRST_MINUTE, MINUTES - 120), drawn.choice(names), factor, 0))
    return plans


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(CENT)
