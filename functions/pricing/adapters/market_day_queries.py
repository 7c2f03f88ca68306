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

_KEYS: dict[Dimension, str] = {
    **dict[Dimension, str].fromkeys(("brand", "category", "day", "supplier", "week"), ""),
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


def summed(condition: Expression) -> Document:
    """How many hold a condition."""
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
        "retailers": 1,
        "currency": 1,
        "still": {"$cond": [{"$in": ["moved", "$flags"]}, 0, 1]},
        **_prices(asked),
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


def _prices(asked: Asked) -> dict[str, str]:
    """Where our price and the market's stand; of one rival there is but its lowest."""
    if "competitor" in asked.by:
        return {"ours": "$ours", "lowest": f"$rivals.{asked.mode}"}
    return {"ours": "$ours"} | {name: f"${asked.mode}.{name}" for name in ("lowest", "average", "highest")}


def groups(asked: Asked, *, first: str | None = None, last: str | None = None) -> list[Document]:
    """Every group: a product's figure is the mean of its days, a group's the mean of its products."""
    keys = {f"k{place}": f"$k{place}" for place in range(len(asked.by))}
    again = {name: f"$_id.{name}" for name in keys}
    means = ("margin", "offers", "retailers", *_prices(asked))
    offered = {"$in": ["$standing", [int(Standing.NO_PRICE), int(Standing.COMPARED)]]}
    counts = ("cheaper", "same", "dearer", "first", "ups", "downs")
    left = {
        name: summed({"$and": [{"$lte": ["$ix", None]}, {"$eq": ["$standing", int(standing)]}]})
        for name, standing in _LEFT.items()
    }
    if asked.benchmark == "rival" or "competitor" in asked.by:
        # A product that is compared with others, but not with this one.
        none = {"$in": ["$standing", [int(Standing.NO_RIVAL), int(Standing.COMPARED)]]}
        left["without_rival"] = summed({"$and": [{"$lte": ["$ix", None]}, none]})
    return [
        *matched(asked, first=first, last=last),
        *_lines(asked),
        {
            "$group": {
                "_id": keys | {"p": "$product_id"},
                "ix": {"$avg": "$ix"},
                "rank": {"$avg": "$rank"},
                **{name: {"$avg": f"${name}"} for name in means},
                "currency": {"$max": "$currency"},
                "all_days": {"$sum": 1},
                "still": {"$sum": "$still"},
                "standing": {"$max": "$standing"},
                "days": summed(_known("$ix")),
                "alone": {"$max": "$alone"},
                "until": {"$max": "$until"},
                **{name: {"$sum": f"${name}"} for name in counts},
            }
        },
        {
            "$group": {
                "_id": again or None,
                "index": {"$avg": "$ix"},
                "products": summed(_known("$ix")),
                "product_days": {"$sum": "$days"},
                "average_rank": {"$avg": "$rank"},
                **{name: {"$avg": f"${name}"} for name in means},
                "currency": {"$max": "$currency"},
                "other_currency": {"$min": "$currency"},
                "all_days": {"$sum": "$all_days"},
                "still": {"$sum": "$still"},
                "all_products": {"$sum": 1},
                "offered": summed(offered),
                "alone": summed("$alone"),
                "until": {"$max": "$until"},
                **{name: {"$sum": f"${name}"} for name in counts},
                **left,
            }
        },
        {"$sort": {"_id": 1}},
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
