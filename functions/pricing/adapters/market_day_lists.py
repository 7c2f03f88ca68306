"""What is found by its flag in the days of the market, as pipelines: moves, breaches, markets below cost, outliers."""

from bson.decimal128 import Decimal128

from pricing.adapters.market_day_queries import key_of, matched, summed
from pricing.domain.analysis import LIMITS, Asked
from shared.runtime.mongo import Document

HUNDRED = Decimal128("100")


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
        # First by offer and day: a set of those in each group would have no bound.
        {
            "$group": {
                "_id": {"key": "$key", "offer": "$offer", "day": "$day"},
                "changes": {"$sum": 1},
                "ups": summed({"$gt": [move, 0]}),
                "downs": summed({"$lt": [move, 0]}),
                "moved": {"$sum": size},
                "largest_rise": {"$max": move},
                "largest_fall": {"$min": move},
            }
        },
        {
            "$group": {
                "_id": "$_id.key",
                **{name: {"$sum": f"${name}"} for name in ("changes", "ups", "downs", "moved")},
                "largest_rise": {"$max": "$largest_rise"},
                "largest_fall": {"$min": "$largest_fall"},
                "changed": {"$sum": 1},
            }
        },
        {"$set": {"average_move": {"$divide": ["$moved", "$changes"]}}},
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
    return [*_under(asked), {"$sort": {"last_day": -1, "_id.p": 1, "_id.o": 1}}, {"$limit": asked.limit + 1}]


def breach_counts(asked: Asked) -> list[Document]:
    """How many offers those are, and how many of them were not seen under it before the days asked for."""
    new = {"$gte": ["$first_day", asked.first.isoformat()]}
    return [*_under(asked), {"$group": {"_id": None, "offers": {"$sum": 1}, "new": summed(new)}}]


def _under(asked: Asked) -> list[Document]:
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
    ]


def below_cost(asked: Asked) -> list[Document]:
    """Each product whose lowest rival price is under its cost on some of the days, with the newest of them."""
    named = {name: {"$last": f"${name}"} for name in ("sku", "name", "brand", "category", "supplier", "cost")}
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
