"""A market drawn at random and kept as pricing keeps it, and the same figures from the raw rows with pandas alone."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd  # type: ignore[import-untyped] # no stubs come with it

from pricing.adapters.documents import facts_document, history_document, offer_document
from pricing.domain.exact_percent import rounded
from pricing.domain.market import Normalised, ProductFacts
from pricing.domain.reading import Availability
from tests.builders.market import watched
from tests.builders.pricing import a_competitor, an_observation, some_facts

DIGITS = {"JPY": 0, "EUR": 2, "KWD": 3}
ZONES = {"JPY": "Asia/Tokyo", "EUR": "Europe/Riga", "KWD": "UTC"}
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
RIVALS = ("c1", "c2", "c3")


@dataclass
class DrawnMarket:
    """One shop of an organisation: its documents, and the rows that they were made of."""

    seed: int
    organisation_id: str
    currency: str
    products: int = 8
    facts: list[ProductFacts] = field(default_factory=list)
    offers: list[dict[str, Any]] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        drawn = random.Random(self.seed)
        self.zone = ZoneInfo(ZONES[self.currency])
        for place in range(self.products):
            self._product(drawn, f"{self.organisation_id}-{self.currency}-{place}", place)

    @property
    def shop_id(self) -> str:
        return f"shop-{self.currency.lower()}"

    def amount(self, drawn: random.Random, low: int, high: int) -> Decimal:
        return Decimal(drawn.randrange(low * 10, high * 10)).scaleb(-DIGITS[self.currency])

    def _product(self, drawn: random.Random, name: str, place: int) -> None:
        begins = datetime(2026, 11, 1, tzinfo=UTC)
        price = None if place == 7 else self.amount(drawn, 80, 120)
        facts = some_facts(
            price_of(price),
            organisation_id=self.organisation_id,
            product_id=name,
            shop_id=self.shop_id,
            sku=name,
            currency=self.currency,
            time_zone=str(self.zone),
            brand=("Alder", "Birch", None)[place % 3],
            category=("Audio", "Home > Lamps", None)[place % 3],
            tags=(("kvi", "new"), ("kvi",), ())[place % 3],
            supplier=("Nord", None)[place % 2],
            cost=self.amount(drawn, 60, 110),
            map_price=self.amount(drawn, 85, 100),
            price_since=None if price is None else begins,
        )
        self.facts.append(facts)
        for number, rival in enumerate(RIVALS[: drawn.randrange(0, 4)]):
            offer_id = f"{name}-{rival}"
            offer = watched(
                offer_id=offer_id,
                organisation_id=self.organisation_id,
                product_id=name,
                shop_id=self.shop_id,
                competitor_id=rival,
            )
            self.offers.append(offer_document(offer))
            # Gaps of days, and some offers that were last seen too long ago.
            at = begins + timedelta(hours=drawn.randrange(24 * 14))
            landed = self.amount(drawn, 75, 130)
            while at < datetime(2026, 11, 23, tzinfo=UTC) and not (number == 2 and at.day > 5):
                if drawn.random() < 0.5:
                    landed = self.amount(drawn, 75, 130)
                self._look(drawn, facts, offer_id, rival, at, landed)
                at += timedelta(minutes=drawn.randrange(60, 60 * 70))

    def _look(
        self, drawn: random.Random, facts: ProductFacts, offer_id: str, rival: str, at: datetime, landed: Decimal
    ) -> None:
        shipping = self.amount(drawn, 0, 5)
        stock = drawn.choices([Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.UNKNOWN], [8, 1, 1])[0]
        quality = drawn.choices(["ok", "released", "suspicious", "rejected"], [14, 2, 1, 1])[0]
        outcome = drawn.choices(["read", "unchanged", "blocked"], [10, 2, 1])[0]
        seller = drawn.choices([None, "OWN2"], [9, 1])[0]
        normalised = Normalised(item_price=landed - shipping, landed_price=landed, currency=self.currency)
        observation_id = f"{offer_id}-{at:%d%H%M}"
        seen = an_observation(
            str(landed - shipping),
            shipping=shipping,
            currency=self.currency,
            organisation_id=self.organisation_id,
            offer_id=offer_id,
            product_id=facts.product_id,
            competitor_id=rival,
            observation_id=observation_id,
            captured_at=at,
            availability=stock,
            quality=quality,
            outcome=outcome,
            seller=seller,
            normalised=normalised,
        )
        self.looks.append(history_document(seen))
        if quality in {"ok", "released"} and outcome != "blocked":
            self.rows.append(
                {
                    "product": facts.product_id,
                    "offer": offer_id,
                    "rival": rival,
                    "at": at,
                    "landed": landed,
                    "item": landed - shipping,
                    "stock": "in" if stock is Availability.IN_STOCK else "other",
                    "unavailable": stock is Availability.OUT_OF_STOCK,
                    "own": seller is not None,
                }
            )

    def ends(self, day: date) -> datetime:
        following = day + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.zone).astimezone(UTC)

    def frame(self) -> pd.DataFrame:
        """A row for each product and day: ours, and the lowest, mean and median of what counts at its end."""
        seen = pd.DataFrame(self.rows, columns=[*ROW])
        days = [FIRST + timedelta(days=ahead) for ahead in range((LAST - FIRST).days + 1)]
        made = []
        for day in days:
            end = self.ends(day)
            newest = seen[seen["at"] < end].sort_values("at").groupby("offer").tail(1)
            fresh = newest["at"].map(lambda at, end=end: end - at <= timedelta(days=14))
            standing = newest[(newest["stock"] == "in") & ~newest["own"] & fresh]
            for facts in self.facts:
                prices = standing[standing["product"] == facts.product_id]
                made.append(self._day(facts, day, prices))
        return pd.DataFrame(made)

    def _day(self, facts: ProductFacts, day: date, prices: pd.DataFrame) -> dict[str, Any]:
        found: dict[str, Any] = {
            "product": facts.product_id,
            "day": day.isoformat(),
            "brand": facts.brand,
            "category": facts.category,
            "tag": list(facts.tags) or [None],
            "supplier": facts.supplier,
            "shop": facts.shop_id,
            "week": f"{day.isocalendar().year}-W{day.isocalendar().week:02}",
            "ours": facts.price,
            "cost": facts.cost,
            "offers": len(prices),
            "retailers": prices["rival"].nunique(),
            "steps": [step for product, at, step in self.steps() if product == facts.product_id and at == day],
        }
        found["margin"] = None if not facts.price or not facts.cost else share(facts.price - facts.cost, facts.price)
        for mode in ("landed", "item"):
            amounts = sorted(Fraction(one) for one in prices[mode])
            lowest = amounts[0] if amounts else None
            middle = len(amounts) // 2
            marks: dict[str, Fraction | None] = {
                "lowest": lowest,
                "average": sum(amounts, Fraction(0)) / len(amounts) if amounts else None,
                "median": (amounts[middle] + amounts[(len(amounts) - 1) // 2]) / 2 if amounts else None,
            }
            for name, mark in marks.items():
                found[f"{mode}_{name}"] = over(facts.price, mark)
            found[f"{mode}_min"] = lowest
            found[f"{mode}_mean"] = marks["average"]
            found[f"{mode}_max"] = amounts[-1] if amounts else None
            cheaper = sum(facts.price is not None and one < facts.price for one in amounts)
            found[f"{mode}_rank"] = 1 + cheaper if amounts and facts.price is not None else None
            for rival in RIVALS:
                theirs = [Fraction(one) for one in prices[prices["rival"] == rival][mode]]
                found[f"{mode}_{rival}"] = over(facts.price, min(theirs, default=None))
                found[f"{mode}_{rival}_min"] = min(theirs, default=None)
        return found

    def steps(self) -> list[tuple[str, date, Fraction]]:
        """Every change of a rival's price: its product, the shop's day, and by how many per cent."""
        found = []
        for offer in sorted({one["offer"] for one in self.rows}):
            mine = sorted((one for one in self.rows if one["offer"] == offer), key=lambda one: one["at"])
            for last, one in pairwise(mine):
                near = one["at"] - last["at"] <= timedelta(days=14)
                if near and not last["own"] and not one["own"] and one["landed"] != last["landed"]:
                    day = one["at"].astimezone(self.zone).date()
                    found.append((one["product"], day, share(one["landed"] - last["landed"], last["landed"])))
        return found


ROW = ("product", "offer", "rival", "at", "landed", "item", "stock", "unavailable", "own")


def share(part: Decimal, whole: Decimal) -> Fraction:
    return Fraction(part) * 100 / Fraction(whole)


def over(price: Decimal | None, mark: Fraction | None) -> Fraction | None:
    return None if price is None or mark is None else Fraction(price) * 100 / mark


def price_of(price: Decimal | None) -> str | None:
    return None if price is None else f"{price:f}"


def mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def mean_of_means(frame: pd.DataFrame, column: str) -> tuple[Decimal | None, int]:
    """A group's index: the mean of its products, each the mean of its days; and how many products have one."""
    known = frame[frame[column].notna()]
    means = [mean(list(one[column])) for _, one in known.groupby("product")]
    whole = mean([one for one in means if one is not None])
    return (None if whole is None else rounded(whole)), len(means)


def store(market: DrawnMarket, database: Any, insert: Callable[[Any, list[dict[str, Any]]], None]) -> None:
    """Keep everything."""
    insert(database("products"), [facts_document(one) for one in market.facts])
    insert(database("offers"), market.offers)
    insert(database("observations"), market.looks)


def competitors(organisation_id: str) -> list[dict[str, Any]]:
    found = []
    for name in RIVALS:
        one = a_competitor(organisation_id=organisation_id, competitor_id=name, domain=f"{name}.example")
        fields = ("organisation_id", "competitor_id", "name", "domain", "kind", "created_at", "expire_after_days")
        found.append({"_id": f"{organisation_id}/{name}"} | {field: getattr(one, field) for field in fields})
    return found
