"""Read schema.org JSON-LD: graphs, nested offers, aggregate offers, price specifications, variants."""

from collections import deque
from collections.abc import Iterator

from pricing.adapters.readers.claims import Claim, code_of, condition_of, gtin_of, text_of
from pricing.adapters.readers.json_ld_blocks import linked_documents
from pricing.adapters.readers.offers import Offer, best_offer, offers_of
from pricing.domain.price_text import PageLocale
from pricing.domain.price_text_pack import pack_of
from pricing.domain.reading import Availability, Reader

type Node = dict[str, object]

_MOST_NODES = 4_000
_DEEPEST = 12
_ASIDE = frozenset(
    [
        "isrelatedto",
        "issimilarto",
        "isaccessoryorsparepartfor",
        "isconsumablefor",
        "review",
        "reviews",
        "aggregaterating",
        "breadcrumb",
        "itemlistelement",
        "mentions",
        "offeredby",
        "subjectof",
        "hasvariant",
        "offers",
        "brand",
        "manufacturer",
        "seller",
    ]
)
_PRODUCTS = frozenset(
    [
        "product",
        "productgroup",
        "productmodel",
        "individualproduct",
        "someproducts",
        "vehicle",
        "car",
        "motorcycle",
        "book",
        "softwareapplication",
        "mobileapplication",
        "game",
        "videogame",
        "movie",
        "creativework",
        "musicalbum",
        "drug",
    ]
)


def read_json_ld(page: bytes, url: str, locale: PageLocale) -> Claim | None:
    """Return what the page's linked data says about its main product."""
    nodes = [node for document in linked_documents(page) for node in _things(document)]
    products = [node for node in nodes if _is_product(node)]
    if not products:
        return None
    main = _main(products, url)
    return _claim(main, _siblings(main, products), url, locale)


def _things(document: object) -> Iterator[Node]:
    queue: deque[tuple[object, int]] = deque([(document, 0)])
    for _ in range(_MOST_NODES):
        if not queue:
            return
        value, depth = queue.popleft()
        if isinstance(value, list):
            queue.extend((item, depth + 1) for item in value if depth < _DEEPEST)
        elif isinstance(value, dict):
            yield value
            queue.extend(
                (part, depth + 1)
                for key, part in value.items()
                if isinstance(part, dict | list) and depth < _DEEPEST and key.lower() not in _ASIDE
            )


def _is_product(node: Node) -> bool:
    kinds = node.get("@type")
    names = {str(kind).rsplit("/", 1)[-1].lower() for kind in (kinds if isinstance(kinds, list) else [kinds])}
    if "product" in names or "productgroup" in names:
        return True
    return bool(node.get("offers")) and (names <= {"none"} or bool(names & _PRODUCTS))


def _main(products: list[Node], url: str) -> Node:
    offered = [node for node in products if node.get("offers") or node.get("hasVariant")] or products
    path = url.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rstrip("/")
    for node in offered:
        if path.endswith(str(node.get("url") or node.get("@id") or "\0").split("?")[0].split("#")[0].rstrip("/")):
            return node
    return offered[0]


def _siblings(main: Node, products: list[Node]) -> list[Node]:
    """Return the variants of the main product: its own, or those listed beside it under the same name."""
    variants = main.get("hasVariant")
    if isinstance(variants, dict | list):
        listed = variants if isinstance(variants, list) else [variants]
        return [node for node in listed if isinstance(node, dict)]
    return [node for node in products if node.get("name") == main.get("name")]


def _claim(main: Node, variants: list[Node], url: str, locale: PageLocale) -> Claim:
    offers = [offer for node in (main, *(v for v in variants if v is not main)) for offer in offers_of(node, locale)]
    chosen = best_offer(offers, url)
    identified = next((node for node in variants if chosen and node.get("offers") is chosen.source), main)
    several = len({text_of(node.get("sku")) for node in variants}) if len(variants) > 1 else 1
    states = {offer.availability for offer in offers} - {Availability.UNKNOWN}
    return Claim(
        reader=Reader.JSON_LD,
        item_price=chosen.price if chosen else None,
        other_prices=tuple(sorted({offer.price for offer in offers if offer.price is not None})),
        list_price=chosen.list_price if chosen else None,
        shipping=chosen.shipping if chosen else None,
        currency=next((offer.currency for offer in (chosen, *offers) if offer and offer.currency), None),
        availability=_state(states, chosen),
        condition=chosen.condition if chosen else condition_of(main.get("itemCondition")),
        seller=chosen.seller if chosen else None,
        gtin=_gtin(identified) or _gtin(main),
        mpn=text_of(identified.get("mpn")) or text_of(main.get("mpn")),
        sku=_sku(identified) or _sku(main),
        brand=text_of(main.get("brand")) or text_of(main.get("manufacturer")),
        title=text_of(main.get("name")),
        fulfilment=chosen.fulfilment if chosen else None,
        pack=pack_of(text_of(identified.get("size"))),
        variants=several,
    )


def _state(states: set[Availability], chosen: Offer | None) -> Availability:
    if Availability.IN_STOCK in states:
        return Availability.IN_STOCK
    if chosen and chosen.availability is not Availability.UNKNOWN:
        return chosen.availability
    return next(iter(sorted(states)), Availability.UNKNOWN)


def _sku(node: Node) -> str | None:
    return text_of(node.get("sku")) or code_of(text_of(node.get("productID") or node.get("productId")))


def _gtin(node: Node) -> str | None:
    fields = ("gtin13", "gtin14", "gtin12", "gtin", "gtin8", "ean", "isbn", "upc")
    return next((code for field in fields if (code := gtin_of(node.get(field)))), None)
