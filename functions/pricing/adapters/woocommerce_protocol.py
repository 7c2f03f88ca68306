"""What WooCommerce's REST API v3 says and is told, as plain data: https://developer.woocommerce.com/docs/apis/rest-api/."""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pricing.domain.shop_connection import ShopCredentials
from pricing.usecases.shop_sites import LineOutcome, Listed

API = "/wp-json/wc/v3"
PER_PAGE = 100
FIELDS = "id,parent_id,sku,type,price,regular_price,on_sale"
CURRENCY_PATH = f"{API}/settings/general/woocommerce_currency?_fields=id,value"
# Servers cut long request lines off at 8 KB and less.
LONGEST_SKUS = 1_500

_PRICE = re.compile(r"\d{1,12}(\.\d{1,20})?")
# As many as messages between functions carry.
_DIGITS = 6
_CODE = re.compile(r"[a-z0-9_-]{1,80}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class NotSpokenError(ValueError):
    """The answer is not what WooCommerce would say."""


def authorization(credentials: ShopCredentials) -> str:
    """The header that proves who asks."""
    return "Basic " + base64.b64encode(f"{credentials.key}:{credentials.secret}".encode()).decode()


def listing_paths(skus: Sequence[str]) -> list[str]:
    """Where products of these SKUs are listed, variations among them; a comma parts SKUs, so one with it goes alone."""
    parts: list[list[str]] = []
    room = 0
    for sku in (one for one in skus if "," not in one):
        size = len(quote(sku, safe="")) + 3
        if not parts or size > room or len(parts[-1]) == PER_PAGE:
            parts.append([])
            room = LONGEST_SKUS
        parts[-1].append(sku)
        room -= size
    parts += [[sku] for sku in skus if "," in sku]
    if not parts:
        # Enough to see that somebody lets us in.
        return [f"{API}/products?per_page=1&_fields={FIELDS}"]
    return [
        f"{API}/products?per_page={PER_PAGE}&_fields={FIELDS}&sku={quote(','.join(part), safe='')}" for part in parts
    ]


def listed_in(body: bytes) -> list[Listed]:
    """The products of a listing; what is none is left out."""
    told = document_in(body)
    if not isinstance(told, list):
        raise NotSpokenError("a list of products was expected")
    return [_listed(one) for one in told if _is_product(one)]


def currency_in(body: bytes) -> str | None:
    """The currency of the shop, where it tells one."""
    told = document_in(body)
    value = told.get("value") if isinstance(told, dict) else None
    return value if isinstance(value, str) and _CURRENCY.fullmatch(value) else None


def updates_of(prices: Sequence[tuple[Listed, Decimal]]) -> list[tuple[str, list[int], bytes]]:
    """The writes that these prices take: path, items and body of each. Variations are written beneath their parent."""
    beneath: defaultdict[int | None, list[tuple[Listed, Decimal]]] = defaultdict(list)
    for one, price in prices:
        beneath[one.parent_id].append((one, price))
    made = []
    for parent, some in beneath.items():
        path = f"{API}/products/batch" if parent is None else f"{API}/products/{parent}/variations/batch"
        for start in range(0, len(some), PER_PAGE):
            part = some[start : start + PER_PAGE]
            update = [{"id": one.item_id, "regular_price": f"{price:f}"} for one, price in part]
            made.append((path, [one.item_id for one, _ in part], json.dumps({"update": update}).encode()))
    return made


def said_in(body: bytes, items: Sequence[int]) -> Mapping[int, tuple[LineOutcome, str]]:
    """What the shop said to each item of a write; one that it did not name is left out."""
    told = document_in(body)
    lines = told.get("update") if isinstance(told, dict) else None
    if not isinstance(lines, list):
        raise NotSpokenError("an answer to each product was expected")
    said: dict[int, tuple[LineOutcome, str]] = {}
    for one in lines:
        if isinstance(one, dict) and one.get("id") in items and not isinstance(one["id"], bool):
            said[one["id"]] = ("refused", _refusal(one["error"])) if "error" in one else ("written", "")
    return said


def code_in(body: bytes) -> str:
    """WooCommerce's own name for what is wrong, in brackets; empty where it gives none that may be shown."""
    try:
        told = document_in(body)
    except NotSpokenError:
        return ""
    code = told.get("code") if isinstance(told, dict) else None
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""


def document_in(body: bytes) -> Any:  # noqa: ANN401 - whatever a stranger sent as JSON
    """The JSON of an answer; `NotSpokenError` when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotSpokenError("JSON was expected") from error


def _is_product(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    item_id, sku = one.get("id"), one.get("sku")
    return isinstance(item_id, int) and not isinstance(item_id, bool) and item_id > 0 and isinstance(sku, str)


def _listed(one: dict[str, Any]) -> Listed:
    kind = one.get("type")
    parent = one.get("parent_id")
    is_variation = kind == "variation"
    known_parent = isinstance(parent, int) and not isinstance(parent, bool) and parent > 0
    without_own = isinstance(kind, str) and (kind.startswith("variable") or kind == "grouped")
    return Listed(
        sku=one["sku"],
        item_id=one["id"],
        parent_id=parent if is_variation and known_parent else None,
        price=_price(one.get("price") or one.get("regular_price")),
        own_price=not without_own and (known_parent or not is_variation),
        on_sale=one.get("on_sale") is True,
    )


def _price(told: object) -> Decimal | None:
    """A price as text; None for none, and for what is no price."""
    text = str(told).strip() if isinstance(told, str | int | float) and not isinstance(told, bool) else ""
    if not _PRICE.fullmatch(text):
        return None
    price = Decimal(text)
    return price if -int(price.as_tuple().exponent) <= _DIGITS else round(price, _DIGITS)


def _refusal(error: object) -> str:
    code = error.get("code") if isinstance(error, dict) else None
    named = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
    return f"the shop refused the price{named}: look at the product there"
