"""A product's day in the market as plain data: what is kept of it, and what every figure is read from."""

from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricing.domain.market_day import MODES, Breach, DayOffer, Figures, MarketDay, OwnChange, quotient

type Document = dict[str, Any]

FACTS = ("sku", "name", "brand", "category", "tags", "supplier", "currency", "cost", "map_price", "msrp")
"""What the catalogue said of a product on the day."""
LOOK = ("observation_id", "offer_id", "competitor_id", "captured_at", "currency", "seller", "quality")


def day_id(organisation_id: str, product_id: str, day: str) -> str:
    """The key of a product's day."""
    return f"{organisation_id}/{product_id}/{day}"


def day_document(made: MarketDay) -> Document:
    """A day as it is kept."""
    facts = made.facts
    told: Document = {name: getattr(facts, name) for name in FACTS}
    counted = [one for one in made.offers if not one.left_out]
    moves = [step for one in made.offers for step in one.moves]
    return {
        "_id": day_id(facts.organisation_id, facts.product_id, made.day.name),
        "organisation_id": facts.organisation_id,
        "shop_id": facts.shop_id,
        "product_id": facts.product_id,
        "day": made.day.name,
        "week": made.day.week,
        "time_zone": made.day.time_zone,
        "until": made.until,
        "ends_at": made.day.ends_at,
        **told,
        "tags": list(facts.tags),
        "ours": made.ours,
        "margin": _margin(made.ours, facts.cost),
        "own_changes": [_plain(one) for one in made.own_changes],
        "standing": int(made.standing),
        "flags": made.flags,
        "ups": sum(step > 0 for step in moves),
        "downs": sum(step < 0 for step in moves),
        "watched": len(made.offers),
        "counted": len(counted),
        "retailers": len({one.look.competitor_id for one in counted}),
        "left_out": _counts([one.left_out for one in made.offers if one.left_out]),
        **{mode: _figures(getattr(made, mode)) for mode in MODES},
        "rivals": _rivals(made),
        "offers": [_offer(one) for one in made.offers],
    }


def _margin(ours: Decimal | None, cost: Decimal | None) -> Decimal | None:
    if not ours or cost is None or cost <= 0:
        return None
    return quotient(Fraction(ours - cost) * 100 / Fraction(ours))


def _plain(one: OwnChange | Breach) -> Document:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _counts(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in sorted(set(names))}


def _figures(made: Figures) -> Document:
    told: Document = {"offers": made.offers, "rank": made.rank, "under_cost": made.under_cost}
    amounts = {name: getattr(made, name) for name in ("lowest", "average", "median", "highest", "divergence")}
    return told | amounts | {"index": dict(made.indexes)}


def _rivals(made: MarketDay) -> list[Document]:
    names = sorted({*made.landed.rivals, *made.item.rivals})
    return [
        {
            "competitor_id": name,
            **{mode: getattr(made, mode).rivals.get(name) for mode in MODES},
            **{f"{mode}_index": getattr(made, mode).rival_indexes.get(name) for mode in MODES},
        }
        for name in names
    ]


def _offer(one: DayOffer) -> Document:
    look = one.look
    made: Document = {name: getattr(look, name) for name in LOOK}
    made |= {
        "stock": look.stock,
        "availability": look.availability.value,
        "seen_landed": look.landed_price,
        "seen_item": look.item_price,
        "landed": one.landed,
        "item": one.item,
        "low": one.low,
        "left_out": one.left_out,
    }
    if one.moves:
        made["moves"] = list(one.moves)
    for name in ("map_breach", "msrp_breach"):
        breach: Breach | None = getattr(one, name)
        if breach is not None:
            made[name] = _plain(breach)
    return made
