"""Read the state single-page shops embed for their scripts: __NEXT_DATA__ and the like, data layers."""

import re
from collections.abc import Iterator

import orjson

from pricing.adapters.readers.claims import Claim, availability_of, gtin_of, iso_currency, money, text_of
from pricing.adapters.readers.finding import find
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, Reader

type Node = dict[str, object]

_MARKERS = (
    b"_DATA__", b"_STATE__", b"window.__data", b"dataLayer", b"roductJson", b"__PRODUCT__",
)  # fmt: skip
_SCRIPT = b"<script"
_MOST_SCRIPTS = 2_000
_HEAD_OF_SCRIPT = 4_000
_LONGEST = 2_000_000
_MOST_NODES = 20_000
_PRICE_KEYS = ("currentprice", "saleprice", "finalprice", "sellingprice", "offerprice", "price", "pricevalue", "amount")
_LIST_KEYS = ("listprice", "originalprice", "regularprice", "compareatprice", "wasprice", "msrp", "rrp", "oldprice")
_CURRENCY_KEYS = ("pricecurrency", "currency", "currencycode", "currencyid")
_SKU_KEYS = ("sku", "productid", "id", "itemid", "code")
_NAME_KEYS = ("name", "title", "productname")
_SPEAKS_OF_PRODUCT = frozenset(["sku", "productid", "price", "offers", "brand", "gtin", "ean", "mpn", "category"])


def read_embedded(page: bytes, locale: PageLocale, title: str | None) -> Claim | None:
    """Return the embedded product whose name is the page's heading, or the only one there is."""
    best: tuple[int, Claim] | None = None
    for document in _documents(page):
        for node, currency in _products(document):
            claim = _claim(node, currency, locale)
            score = _score(claim, title)
            if claim.item_price is not None and score > 0 and (best is None or score > best[0]):
                best = score, claim
    return best[1] if best else None


def _documents(page: bytes) -> Iterator[object]:
    """Return what the scripts that name a state at their beginning hold."""
    seen: set[bytes] = set()
    at = find(page, _SCRIPT)
    for _ in range(_MOST_SCRIPTS):
        if at < 0 or len(seen) == len(_MARKERS):
            return
        head = page[at : at + _HEAD_OF_SCRIPT]
        end = find(head, b"</script")
        for marker in _MARKERS:
            if marker not in seen and (marked := find(head, marker, 0, end if end >= 0 else len(head))) >= 0:
                seen.add(marker)
                if (document := _behind(page, at + marked)) is not None:
                    yield document
        at = find(page, _SCRIPT, at + (end if end >= 0 else _HEAD_OF_SCRIPT))


def _behind(page: bytes, at: int) -> object:
    start = min((p for p in (find(page, b"{", at, at + 200), find(page, b"[", at, at + 200)) if p >= 0), default=-1)
    if start < 0:
        return None
    end = find(page, b"</script", start)
    return _leading_json(page[start : end if end > 0 else None][:_LONGEST])


def _leading_json(text: bytes) -> object:
    """Parse the JSON value a script starts with; code may follow it."""
    stripped = text.strip().rstrip(b";")
    for candidate in (stripped, _balanced(stripped)):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    return None


def _balanced(text: bytes) -> bytes:
    depth, inside = 0, False
    for match in re.finditer(rb"\\.|[\"{}\[\]]", text):
        sign = match[0]
        if sign == b'"':
            inside = not inside
        elif not inside and sign in b"{[":
            depth += 1
        elif not inside and sign in b"}]":
            depth -= 1
            if not depth:
                return text[: match.end()]
    return text


def _products(document: object) -> Iterator[tuple[Node, object]]:
    queue: list[tuple[object, object]] = [(document, None)]
    for _ in range(_MOST_NODES):
        if not queue:
            return
        value, currency = queue.pop()
        if isinstance(value, list):
            queue.extend((item, currency) for item in reversed(value))
        elif isinstance(value, dict):
            node = {str(key).lower().replace("_", ""): part for key, part in value.items()}
            currency = next((node[key] for key in _CURRENCY_KEYS if isinstance(node.get(key), str)), currency)
            if any(key in node for key in _NAME_KEYS) and any(_amount_field(node, _PRICE_KEYS)):
                yield node, currency
            queue.extend((part, currency) for part in value.values() if isinstance(part, dict | list))


def _amount_field(node: Node, keys: tuple[str, ...]) -> Iterator[object]:
    for key in (*keys, "pricing", "prices"):
        value = node.get(key)
        if isinstance(value, dict):
            inner = {str(k).lower().replace("_", ""): v for k, v in value.items()}
            yield from (
                inner[k]
                for k in (*keys, "value", "current", "sale", "now")
                if isinstance(inner.get(k), str | int | float)
            )
        elif isinstance(value, str | int | float) and value != "":
            yield value


def _claim(node: Node, currency: object, locale: PageLocale) -> Claim:
    inner = node.get("price") if isinstance(node.get("price"), dict) else {}
    code = iso_currency(currency, locale) or iso_currency(
        inner.get("currency") if isinstance(inner, dict) else None, locale
    )
    price = next(
        (a for value in _amount_field(node, _PRICE_KEYS) if (a := money(value, code, locale)) is not None), None
    )
    listed = next(
        (a for value in _amount_field(node, _LIST_KEYS) if (a := money(value, code, locale)) is not None), None
    )
    stock = node.get("availability", node.get("instock", node.get("available")))
    return Claim(
        reader=Reader.EMBEDDED,
        item_price=price,
        list_price=listed if price is not None and listed is not None and listed > price else None,
        currency=code,
        availability=_availability(stock),
        gtin=next((g for key in ("gtin13", "gtin", "ean", "barcode", "upc") if (g := gtin_of(node.get(key)))), None),
        mpn=text_of(node.get("mpn")),
        sku=next((text for key in _SKU_KEYS if (text := text_of(node.get(key)))), None),
        brand=text_of(node.get("brand")),
        title=next((text for key in _NAME_KEYS if (text := text_of(node.get(key)))), None),
        strength=len(_SPEAKS_OF_PRODUCT & node.keys()),
    )


def _availability(stock: object) -> Availability:
    if isinstance(stock, bool):
        return Availability.IN_STOCK if stock else Availability.OUT_OF_STOCK
    return availability_of(stock)


def _score(claim: Claim, title: str | None) -> int:
    wanted, found = _words(title), _words(claim.title)
    if not wanted or not found:
        return 0
    shared = len(wanted & found) / min(len(wanted), len(found))
    return round(10 * shared) + claim.strength if shared >= 0.7 else 0  # noqa: PLR2004


def _words(text: str | None) -> set[str]:
    return set(re.findall(r"\w+", (text or "").casefold()))
