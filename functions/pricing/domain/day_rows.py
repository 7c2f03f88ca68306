"""Lines for people, from the days of the market and what a store made of them. Percentages have two digits."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from pricing.domain.analysis import Asked, Cell

type Found = Mapping[str, Any]
type Row = dict[str, Cell]

LEFT_OUT = ("without_price", "stale", "not_in_stock", "without_rival")
_FINE = Decimal(1).scaleb(-15)
_SHOWN = Decimal(1).scaleb(-2)
_ROOM = 60


def shown(value: Decimal | float | None) -> Decimal | None:
    """A figure at two digits, half to even. What quotients of thirty digits cut off is rounded away first."""
    if value is None:
        return None
    with localcontext(prec=_ROOM):
        return Decimal(value).quantize(_FINE, ROUND_HALF_EVEN).quantize(_SHOWN, ROUND_HALF_EVEN)


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """How many per cent of the whole the part is."""
    if not whole:
        return None
    with localcontext(prec=34):
        return shown(part * 100 / whole)


def group_rows(asked: Asked, found: Sequence[Found]) -> list[Row]:
    """Every group with all of its figures."""
    return [
        {
            "key": _key(one, 0),
            "second": _key(one, 1),
            "products": one["products"],
            "index": shown(one["index"]),
            "price_ratio": None if one["index"] is None else shown(one["index"] - 100),
            "product_days": one["product_days"],
            **{name: one[name] for name in ("cheaper", "same", "dearer", "first", "alone")},
            "average_rank": shown(one["average_rank"]),
            "offers": shown(one["offers"]),
            "offers_below": None if one["average_rank"] is None else shown(one["average_rank"] - 1),
            **_of_the_market(asked, one),
            **_amounts(one),
            "margin": shown(one["margin"]),
            **{name: one[name] for name in LEFT_OUT},
            "until": one["until"],
        }
        for one in found
    ]


def _of_the_market(asked: Asked, one: Found) -> Row:
    """What is counted over all rivals of a product, and so of no single one."""
    if "competitor" in asked.by:
        return dict.fromkeys(("retailers", "overlap", "stability", "ups", "downs"))
    return {
        "retailers": shown(one["retailers"]),
        "overlap": percent(Decimal(one["offered"]), Decimal(one["all_products"])),
        "stability": percent(Decimal(one["still"]), Decimal(one["all_days"])),
        "ups": one["ups"],
        "downs": one["downs"],
    }


def _amounts(one: Found) -> Row:
    """Mean prices, where all of a group are in one kind of money."""
    if one["currency"] != one["other_currency"]:
        return dict.fromkeys(("currency", "ours", "lowest", "average", "highest"))
    means = {name: shown(one.get(name)) for name in ("ours", "lowest", "average", "highest")}
    return {"currency": one["currency"], **means}


def mean_of(values: Sequence[Decimal]) -> Decimal | None:
    """The mean of some quotients, as it is shown."""
    with localcontext(prec=_ROOM):
        return shown(sum(values, Decimal(0)) / len(values)) if values else None


def beside(found: Sequence[Row], before: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """The groups of two periods, each beside itself and in order; what has no day in a period is empty there."""
    now, then = ({one["key"]: one for one in some} for some in (found, before))
    for key in sorted({*now, *then}, key=lambda one: (one is not None, str(one))):
        yield now.get(key, {}), then.get(key, {})


def index_rows(found: Sequence[tuple[Found, Found]]) -> list[Row]:
    """The index of each group beside the one before."""
    rows: list[Row] = []
    for one, other in found:
        now, past = one.get("index"), other.get("index")
        nothing = dict.fromkeys(("products", *LEFT_OUT), 0) | {"key": other.get("key"), "index": None}
        told = {"before_index": past, "before_products": other.get("products", 0), "change": points(now, past)}
        rows.append(nothing | dict(one) | told)
    return rows


def points(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """By how many points an index changed."""
    return None if now is None or before is None else now - before


def _key(one: Found, place: int) -> str | None:
    keys = one["_id"]
    return None if keys is None else keys.get(f"k{place}")


def history_rows(asked: Asked, days: Sequence[Found]) -> Iterator[Row]:
    """A line for us and one for each rival on every day: the price at its end, and the lowest seen on it."""
    for day in days:
        yield {
            "day": day["day"],
            "line": "ours",
            "price": day["ours"],
            "low": None,
            "changes": list(day["own_changes"]),
        }
        names = sorted({one["competitor_id"] for one in day["offers"]})
        for name in names:
            offers = [one for one in day["offers"] if one["competitor_id"] == name]
            prices = [one[asked.mode] for one in offers if not one["left_out"]]
            lows = [one["low"] for one in offers if one.get("low") is not None]
            low = min(lows, default=None)
            yield {"day": day["day"], "line": name, "price": min(prices, default=None), "low": low, "changes": []}


def matrix_rows(asked: Asked, days: Sequence[Found]) -> Iterator[Row]:
    """A cell for each product and rival: its lowest price that counts, or why it has none."""
    for day in days:
        about = {
            "product_id": day["product_id"],
            "sku": day["sku"],
            "name": day["name"],
            "ours": day["ours"],
            "rank": day[asked.mode]["rank"],
            "index": shown(day[asked.mode]["index"].get("lowest")),
        }
        cells: dict[str, list[Found]] = {}
        for one in day["offers"]:
            cells.setdefault(one["competitor_id"], []).append(one)
        for name, offers in sorted(cells.items()):
            counted = [one for one in offers if not one["left_out"]]
            cell = min(counted or offers, key=lambda one: (one[asked.mode] is None, one[asked.mode] or 0))
            yield about | {
                "competitor_id": name,
                "price": cell[asked.mode] if counted else None,
                "place": _place(day["ours"], cell[asked.mode], asked) if counted else None,
                "gap_percent": _gap(day["ours"], cell[asked.mode]) if counted else None,
                "left_out": cell["left_out"] or None,
                "map_breach": any("map_breach" in one for one in offers),
                "msrp_breach": any("msrp_breach" in one for one in offers),
                "captured_at": cell["captured_at"],
                "observation_id": cell["observation_id"],
            }


def _place(ours: Decimal | None, theirs: Decimal | None, asked: Asked) -> str | None:
    """Where we stand beside a rival, within the tolerance."""
    if ours is None or not theirs:
        return None
    with localcontext(prec=_ROOM):
        apart = ours * 100 - theirs * 100
        if abs(apart) <= asked.tolerance * theirs:
            return "same"
        return "cheaper" if apart < 0 else "dearer"


def _gap(ours: Decimal | None, theirs: Decimal | None) -> Decimal | None:
    return None if ours is None or not theirs else percent(ours - theirs, theirs)


def volatility_rows(found: Sequence[Found], spread: Sequence[Found]) -> list[Row]:
    """How often rivals' prices changed in each group."""
    beside = {one["_id"]: one for one in spread}
    rows: list[Row] = []
    for one in found:
        other = beside.get(one["_id"], {})
        days, deviation = other.get("offer_days", 0), other.get("standard_deviation")
        rows.append(
            {
                "key": one["_id"],
                **{name: one[name] for name in ("changes", "ups", "downs")},
                "average_move": shown(one["average_move"]),
                "largest_rise": shown(one["largest_rise"]) if one["ups"] else None,
                "largest_fall": shown(one["largest_fall"]) if one["downs"] else None,
                "offer_days": days,
                "changed_percent": percent(Decimal(one["changed"]), Decimal(days)),
                "standard_deviation": shown(deviation),
                "variance": None if deviation is None else shown(float(deviation) ** 2),
            }
        )
    return rows


def breach_rows(asked: Asked, found: Sequence[Found]) -> list[Row]:
    """Evidence: who was how far under the maker's price, since when, and which look says so."""
    begins = asked.first.isoformat()
    return [
        {
            "product_id": one["_id"]["p"],
            "offer_id": one["_id"]["o"],
            **{name: one[name] for name in ("sku", "competitor_id", "seller", "price", "limit")},
            "gap": one["limit"] - one["price"],
            "gap_percent": percent(one["limit"] - one["price"], one["limit"]),
            **{name: one[name] for name in ("first_seen", "last_seen", "days")},
            "new": one["first_day"] >= begins,
            "observation_id": one["observation_id"],
        }
        for one in found
    ]


def below_cost_rows(found: Sequence[Found]) -> list[Row]:
    """Products that the market sells under our cost."""
    same = ("sku", "name", "brand", "category", "supplier", "cost", "lowest", "gap", "first_day", "last_day", "days")
    return [
        {"product_id": one["_id"], "gap_percent": percent(one["gap"], one["cost"])} | {name: one[name] for name in same}
        for one in found
    ]


def outlier_rows(found: Sequence[Found]) -> list[Row]:
    """Rival prices far from ours."""
    same = ("sku", "competitor_id", "ours", "price", "first_day", "last_day", "days", "observation_id")
    return [
        {"product_id": one["_id"]["p"], "offer_id": one["_id"]["o"], "divergence": shown(one["divergence"])}
        | {name: one[name] for name in same}
        for one in found
    ]


def summary_rows(now: Found, before: Found) -> list[Row]:
    """Each figure beside what it was, and the change in per cent of that."""
    rows: list[Row] = []
    for name, value in now.items():
        past = before.get(name)
        change = None
        if value is not None and past:
            change = percent(Decimal(value) - Decimal(past), abs(Decimal(past)))
        rows.append({"figure": name, "value": value, "before": past, "change_percent": change})
    return rows
