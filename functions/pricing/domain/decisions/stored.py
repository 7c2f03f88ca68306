"""The stored form of inputs: short keys, nothing that is as ever, the same bytes for the same inputs, and their hash.

Amounts of offers are whole numbers (`Seen`), moments are microseconds since 1970 in UTC, other amounts are text.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

from pricing.domain.decisions.inputs import Inputs, Seen
from pricing.domain.decisions.subjects import NOTHING_SPECIAL, Standing
from pricing.domain.market import MatchType, ProductFacts

VERSION = 1
"""Of the stored form. A newer program reads older forms; it never writes them."""

type Data = dict[str, Any]

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONEY = frozenset({"price", "cost", "min_price", "max_price", "map_price", "msrp"})
_LISTS = frozenset({"tags", "own_seller_ids"})
_FACTS = {
    "organisation_id": "g",
    "product_id": "p",
    "shop_id": "s",
    "sku": "k",
    "name": "n",
    "currency": "m",
    "revision": "v",
    "brand": "b",
    "gtin": "e",
    "mpn": "u",
    "category": "c",
    "tags": "t",
    "price": "pr",
    "cost": "co",
    "min_price": "mi",
    "max_price": "ma",
    "map_price": "mp",
    "msrp": "ms",
    "own_seller_ids": "o",
    "tax_basis": "x",
    "pack_quantity": "q",
    "family": "f",
    "stock": "st",
    "sold_28d": "so",
}
_NEVER: Mapping[str, object] = {one.name: one.default for one in fields(ProductFacts)}


class UnknownInputs(ValueError):
    """Inputs in a form that this program does not know."""


def data_of(inputs: Inputs) -> Data:
    """The inputs as plain data."""
    data: Data = {"z": VERSION, "a": _micros(inputs.at), "f": _facts_data(inputs.facts)}
    if inputs.offers:
        data["o"] = [_seen_data(one) for one in inputs.offers]
    if inputs.standing != NOTHING_SPECIAL:
        data["s"] = _standing_data(inputs.standing)
    return data


def inputs_from(data: Mapping[str, Any]) -> Inputs:
    """The inputs in stored data."""
    if data.get("z") != VERSION:
        raise UnknownInputs(f"stored inputs of form {data.get('z')}; this program reads form {VERSION}")
    return Inputs(
        at=_moment(data["a"]),
        facts=_facts_from(data["f"]),
        offers=tuple(_seen_from(one) for one in data.get("o", ())),
        standing=_standing_from(data["s"]) if "s" in data else NOTHING_SPECIAL,
    )


def canonical(data: Mapping[str, Any]) -> bytes:
    """The one way in which data is written."""
    return _ENCODER.encode(data).encode()


def hash_of(inputs: Inputs) -> str:
    """What the inputs are known by: of the same inputs always the same, of others another."""
    return sha256(canonical(data_of(inputs))).hexdigest()


def _micros(moment: datetime) -> int:
    return (moment - _START) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _START + timedelta(microseconds=micros)


def _money(amount: Decimal) -> str:
    return f"{amount.normalize():f}" if amount.is_finite() else str(amount)


def _facts_data(facts: ProductFacts) -> Data:
    data: Data = {}
    for name, key in _FACTS.items():
        value = getattr(facts, name)
        if value is not None and value != _NEVER[name]:
            data[key] = _money(value) if name in _MONEY else list(value) if name in _LISTS else value
    if not facts.active:
        data["i"] = 1
    return data


def _facts_from(data: Mapping[str, Any]) -> ProductFacts:
    said: Data = {"active": "i" not in data}
    for name, key in _FACTS.items():
        if key in data:
            value = data[key]
            said[name] = Decimal(value) if name in _MONEY else tuple(value) if name in _LISTS else value
    return ProductFacts(**said)


def _seen_data(seen: Seen) -> Data:
    competitor, observation, captured_at, item, landed, marks, match_type, confidence, agreement, fulfilment = seen
    data: Data = {"c": competitor}
    if observation:
        data["o"] = observation
    if captured_at is not None:
        data["t"] = _micros(captured_at)
    if item:
        data["i"] = item
    # Most offers ship for nothing.
    if landed != item:
        data["l"] = landed
    if marks:
        data["f"] = marks
    if match_type != "exact":
        data["m"] = match_type
    if confidence:
        data["k"] = confidence
    if agreement:
        data["g"] = agreement
    if fulfilment is not None:
        data["w"] = fulfilment
    return data


def _seen_from(data: Mapping[str, Any]) -> Seen:
    item = data.get("i", 0)
    return Seen(
        competitor_id=data["c"],
        observation_id=data.get("o", ""),
        captured_at=_moment(data["t"]) if "t" in data else None,
        item=item,
        landed=data.get("l", item),
        marks=data.get("f", 0),
        match_type=cast("MatchType", data.get("m", "exact")),
        confidence_ppm=data.get("k", 0),
        agreement=data.get("g", 0),
        fulfilment=data.get("w"),
    )


def _standing_data(standing: Standing) -> Data:
    data: Data = {
        key: 1
        for key, there in (("l", standing.locked), ("p", standing.in_promotion), ("o", standing.in_loop))
        if there
    }
    if standing.last_changed_at is not None:
        data["t"] = _micros(standing.last_changed_at)
    for key, amount in (("b", standing.base_price), ("e", standing.learned_price), ("h", standing.loop_price)):
        if amount is not None:
            data[key] = _money(amount)
    if standing.channel_prices:
        data["c"] = {shop: _money(price) for shop, price in sorted(standing.channel_prices.items())}
    return data


def _standing_from(data: Mapping[str, Any]) -> Standing:
    return Standing(
        locked="l" in data,
        in_promotion="p" in data,
        in_loop="o" in data,
        last_changed_at=_moment(data["t"]) if "t" in data else None,
        base_price=Decimal(data["b"]) if "b" in data else None,
        learned_price=Decimal(data["e"]) if "e" in data else None,
        loop_price=Decimal(data["h"]) if "h" in data else None,
        channel_prices={shop: Decimal(price) for shop, price in data.get("c", {}).items()},
    )
