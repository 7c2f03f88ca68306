"""Figures over the days of the market as pipelines. Each begins with an organisation, its shops and a range of days."""

from datetime import date, timedelta
from typing import Any

from bson.decimal128 import Decimal128

from pricing.adapters.product_queries import narrowed
from pricing.domain.analysis import LIMITS, Asked, Dimension
from pricing.domain.local_days import DAY
from pricing.domain.market_day import Standing
from shared.runtime.mongo import Document

type Expression = Any

HUNDRED = Decimal128("100")
_KEYS: dict[Dimension, str] = {
    **dict[Dimension, str].fromkeys(("brand", "category", "day", "week"), ""),
    "shop": "$shop_id",
    "tag": "$tags",
    "product": "$sku",
    "competitor": "$rivals.competitor_id",
}
_LEFT = {
    "without_price": Standing.NO_PRICE,
    "stale": Standing.STALE,
    "not_in_stock": Standing.NOT_IN_STOCK,
    "without_rival": Standing.NO_RIVAL,
}
LEFT_OUT = tuple(_LEFT)


def matched(
    asked: Asked, flag: str | None = None, *, first: str | None = None, last: str | None = None
) -> list[Document]:
    """The stages that find the days.

    Of several shops the days stand in a stage of their own, which a server joins: a planner that takes no two ranges
    of an index takes one.
    """
    begins, ends = asked.first.isoformat() if first is None else first, last or asked.last.isoformat()
    # Not `$lte`: where the index goes on after the day, not every server takes the last day whole.
    days: Document = {"day": ends if begins == ends else {"$gte": begins, "$lt": day_after(ends)}}
    query: Document = {"organisation_id": asked.organisation_id}
    flagged = {} if flag is None else {"flags": flag}
    rest = days | narrowed(asked.criteria, "ours")
    if len(asked.shop_ids) == 1:
        return [{"$match": query | {"shop_id": asked.shop_ids[0]} | flagged | rest}]
    return [{"$match": query | {"shop_id": {"$in": list(asked.shop_ids)}}}, {"$match": flagged | rest}]


def day_after(day: str) -> str:
    """The day after another, as both are written."""
    return (date.fromisoformat(day) + DAY).isoformat()


def key_of(dimension: Dimension) -> str:
    """Where a dimension stands in a day."""
    return _KEYS[dimension] or f"${dimension}"


def _opened(asked: Asked) -> list[Document]:
    """One document for each tag or rival, where they are asked for."""
    stages: list[Document] = []
    if "tag" in asked.by:
        stages.append({"$unwind": {"path": "$tags", "preserveNullAndEmptyArrays": True}})
    if "competitor" in asked.by or asked.benchmark == "rival":
        stages.append({"$unwind": {"path": "$rivals", "preserveNullAndEmptyArrays": asked.benchmark == "rival"}})
    return stages


def index_of(asked: Asked) -> Expression:
    """Where the index stands, after the rivals were opened if they had to be."""
    of_rival = f"$rivals.{asked.mode}_index"
    if "competitor" in asked.by:
        return of_rival
    if asked.benchmark == "rival":
        return {"$cond": [{"$eq": ["$rivals.competitor_id", asked.rival]}, of_rival, None]}
    return f"${asked.mode}.index.{asked.benchmark}"


def _sum(condition: Expression) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _known(path: str) -> Document:
    return {"$gt": [path, None]}


def _lines(asked: Asked) -> list[Document]:
    """One document for each product and day (and tag or rival), with all that groups are made of."""
    low, high = (Decimal128(str(100 + sign * asked.tolerance)) for sign in (-1, 1))
    known = {"$gt": ["$ix", None]}
    fields: Document = {
        **dict.fromkeys(("product_id", "day", "standing", "until"), 1),
        "offers": f"${asked.mode}.offers",
        "rank": {"$cond": [{"$gt": [f"${asked.mode}.offers", 0]}, f"${asked.mode}.rank", None]},
        "alone": {"$in": ["alone", "$flags"]},
        "ups": 1,
        "downs": 1,
        "margin": 1,
        "ix": index_of(asked),
        **{f"k{place}": key_of(one) for place, one in enumerate(asked.by)},
    }
    stages = [*_opened(asked), {"$project": {"_id": 0} | fields}]
    if asked.benchmark == "rival" and "competitor" not in asked.by:
        # The rivals are put together again: at most one of them is the one that is named.
        one = {"p": "$product_id", "d": "$day"} | {f"k{place}": f"$k{place}" for place in range(len(asked.by))}
        rest = {name: {"$first": f"${name}"} for name in fields if name != "ix"}
        stages.append({"$group": {"_id": one, "ix": {"$max": "$ix"}} | rest})
    compared = {
        "cheaper": {"$and": [known, {"$lt": ["$ix", low]}]},
        "same": {"$and": [{"$gte": ["$ix", low]}, {"$lte": ["$ix", high]}]},
        "dearer": {"$gt": ["$ix", high]},
        "first": {"$eq": ["$rank", 1]},
    }
    return [*stages, {"$set": {name: {"$cond": [one, 1, 0]} for name, one in compared.items()}}]


def groups(asked: Asked, *, first: str | None = None, last: str | None = None) -> list[Document]:
    """Every group: a product's figure is the mean of its days, a group's the mean of its products."""
    keys = {f"k{place}": f"$k{place}" for place in range(len(asked.by))}
    again = {name: f"$_id.{name}" for name in keys}
    counts = ("cheaper", "same", "dearer", "first", "ups", "downs")
    left = {
        name: _sum({"$and": [{"$lte": ["$ix", None]}, {"$eq": ["$standing", int(standing)]}]})
        for name, standing in _LEFT.items()
    }
    if asked.benchmark == "rival" or "competitor" in asked.by:
        # A product that is compared with others, but not with this one.
        none = {"$in": ["$standing", [int(Standing.NO_RIVAL), int(Standing.COMPARED)]]}
        left["without_rival"] = _sum({"$and": [{"$lte": ["$ix", None]}, none]})
    return [
        *matched(asked, first=first, last=last),
        *_lines(asked),
        {
            "$group": {
                "_id": keys | {"p": "$product_id"},
                "ix": {"$avg": "$ix"},
                "rank": {"$avg": "$rank"},
                "margin": {"$avg": "$margin"},
                "offers": {"$avg": "$offers"},
                "standing": {"$max": "$standing"},
                "days": _sum(_known("$ix")),
                "alone": {"$max": "$alone"},
                "until": {"$max": "$until"},
                **{name: {"$sum": f"${name}"} for name in counts},
            }
        },
        {
            "$group": {
                "_id": again or None,
                "index": {"$avg": "$ix"},
                "products": _sum(_known("$ix")),
                "product_days": {"$sum": "$days"},
                "average_rank": {"$avg": "$rank"},
                "margin": {"$avg": "$margin"},
                "offers": {"$avg": "$offers"},
                "alone": _sum("$alone"),
                "until": {"$max": "$until"},
                **{name: {"$sum": f"${name}"} for name in counts},
                **left,
            }
        },
        {"$sort": {"_id": 1}},
    ]


def moves(asked: Asked) -> list[Document]:
    """Changes of rivals' prices above the smallest, by group: from the days on which anything moved."""
    key = "$offers.competitor_id" if asked.by[0] == "competitor" else key_of(asked.by[0])
    tags = [{"$unwind": "$tags"}] if asked.by[0] == "tag" else []
    move = "$offers.moves"
    size = {"$abs": move}
    return [
        *matched(asked, "moved"),
        *tags,
        {"$unwind": "$offers"},
        {"$match": {"offers.moves": {"$exists": True}}},
        {"$project": {"_id": 0, "day": 1, "key": key, "offer": "$offers.offer_id", "offers.moves": 1}},
        {"$unwind": move},
        {"$match": {"$expr": {"$gte": [size, Decimal128(str(asked.smallest))]}}},
        {
            "$group": {
                "_id": "$key",
                "changes": {"$sum": 1},
                "ups": _sum({"$gt": [move, 0]}),
                "downs": _sum({"$lt": [move, 0]}),
                "average_move": {"$avg": size},
                "largest_rise": {"$max": move},
                "largest_fall": {"$min": move},
                "changed": {"$addToSet": {"$concat": ["$offer", "/", "$day"]}},
            }
        },
        {"$set": {"changed": {"$size": "$changed"}}},
        {"$sort": {"changes": -1, "_id": 1}},
        {"$limit": asked.limit + 1},
    ]


def spread(asked: Asked) -> list[Document]:
    """How many days of offers there are in each group, and how far a product's lowest price spreads over its days."""
    by = asked.by[0]
    stages: list[Document] = matched(asked)
    if by == "competitor":
        one = {"_id": 0, "key": "$offers.competitor_id", "watched": {"$literal": 1}}
        return [
            *stages,
            {"$unwind": "$offers"},
            {"$project": one},
            {"$group": {"_id": "$key", "offer_days": {"$sum": "$watched"}}},
        ]
    if by == "tag":
        stages.append({"$unwind": "$tags"})
    made: Document = {"_id": key_of(by), "offer_days": {"$sum": "$watched"}}
    if by == "product":
        made["standard_deviation"] = {"$stdDevPop": f"${asked.mode}.lowest"}
    return [*stages, {"$group": made}]


def breaches(asked: Asked) -> list[Document]:
    """Each offer under the maker's price that was seen in the days asked for, with all that is kept of it before."""
    name = LIMITS[asked.limit_kind]
    path = f"$offers.{name}"
    return [
        *matched(asked, name, first=""),
        {"$unwind": "$offers"},
        {"$match": {f"offers.{name}": {"$exists": True}}},
        {"$sort": {"day": 1}},
        {
            "$group": {
                "_id": {"p": "$product_id", "o": "$offers.offer_id"},
                "sku": {"$last": "$sku"},
                "competitor_id": {"$last": "$offers.competitor_id"},
                "seller": {"$last": "$offers.seller"},
                "lowest": {"$min": f"{path}.price"},
                "price": {"$last": f"{path}.price"},
                "limit": {"$last": f"{path}.limit"},
                "first_seen": {"$min": f"{path}.first_at"},
                "last_seen": {"$max": f"{path}.last_at"},
                "first_day": {"$min": "$day"},
                "last_day": {"$max": "$day"},
                "days": {"$sum": 1},
                "observation_id": {"$last": f"{path}.observation_id"},
            }
        },
        {"$match": {"last_day": {"$gte": asked.first.isoformat()}}},
        {"$sort": {"last_day": -1, "_id.p": 1, "_id.o": 1}},
        {"$limit": asked.limit + 1},
    ]


def below_cost(asked: Asked) -> list[Document]:
    """Each product whose lowest rival price is under its cost on some of the days, with the newest of them."""
    named = {name: {"$last": f"${name}"} for name in ("sku", "name", "brand", "category", "cost")}
    return [
        *matched(asked, "under_cost"),
        {"$match": {f"{asked.mode}.under_cost": True}},
        {"$sort": {"day": 1}},
        {
            "$group": {
                "_id": "$product_id",
                **named,
                "lowest": {"$last": f"${asked.mode}.lowest"},
                "first_day": {"$min": "$day"},
                "last_day": {"$max": "$day"},
                "days": {"$sum": 1},
            }
        },
        {"$set": {"gap": {"$subtract": ["$cost", "$lowest"]}}},
        {"$sort": {"gap": -1, "_id": 1}},
        {"$limit": asked.limit + 1},
    ]


def outliers(asked: Asked) -> list[Document]:
    """Each rival price that is so far from ours on some of the days, with the newest of them."""
    price = f"$offers.{asked.mode}"
    apart = {"$abs": {"$subtract": ["$ours", price]}}
    return [
        *matched(asked, "diverges"),
        {"$match": {f"{asked.mode}.divergence": {"$gte": Decimal128(str(asked.divergence))}}},
        {"$unwind": "$offers"},
        {"$match": {"offers.left_out": ""}},
        {
            "$project": {
                "product_id": 1,
                "sku": 1,
                "day": 1,
                "ours": 1,
                "price": price,
                "competitor_id": "$offers.competitor_id",
                "offer_id": "$offers.offer_id",
                "observation_id": "$offers.observation_id",
                "divergence": {"$divide": [{"$multiply": [apart, HUNDRED]}, "$ours"]},
            }
        },
        {"$match": {"divergence": {"$gte": Decimal128(str(asked.divergence))}}},
        {"$sort": {"day": 1}},
        {
            "$group": {
                "_id": {"p": "$product_id", "o": "$offer_id"},
                **{
                    name: {"$last": f"${name}"}
                    for name in ("sku", "competitor_id", "ours", "price", "divergence", "observation_id")
                },
                "first_day": {"$min": "$day"},
                "last_day": {"$max": "$day"},
                "days": {"$sum": 1},
            }
        },
        {"$sort": {"divergence": -1, "_id.p": 1, "_id.o": 1}},
        {"$limit": asked.limit + 1},
    ]


def monitored(asked: Asked, day: str) -> list[Document]:
    """How many products and offers are watched on a day."""
    return [
        *matched(asked, first=day, last=day),
        {
            "$group": {
                "_id": None,
                "products": {"$sum": 1},
                "watched": {"$sum": "$watched"},
                "offers": {"$sum": f"${asked.mode}.offers"},
            }
        },
    ]


def retailers(asked: Asked, day: str) -> list[Document]:
    """How many rivals have an offer that counts on a day."""
    return [
        *matched(asked, first=day, last=day),
        {"$unwind": "$rivals"},
        {"$group": {"_id": "$rivals.competitor_id"}},
        {"$count": "retailers"},
    ]


def moved(asked: Asked, days: timedelta) -> list[Document]:
    """How many changes of rivals' prices there were, in the days asked for and in as many before."""
    before = (asked.first - days).isoformat()
    ours = {"$gte": ["$day", asked.first.isoformat()]}
    return [
        *matched(asked, "moved", first=before),
        {"$group": {"_id": ours, "ups": {"$sum": "$ups"}, "downs": {"$sum": "$downs"}}},
    ]


def page(asked: Asked) -> list[Document]:
    """Whole days of some products on the last day asked for, by product."""
    flags = [{"$match": {"flags": {"$in": sorted(LIMITS.values())}}}] if asked.only_violating else []
    found = matched(asked, first=asked.last.isoformat())
    if asked.after is not None:
        found[-1]["$match"]["product_id"] = {"$gt": asked.after}
    return [*found, *flags, {"$sort": {"day": 1, "product_id": 1}}, {"$limit": asked.limit + 1}]
