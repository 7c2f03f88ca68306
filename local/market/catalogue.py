"""Read a market from JSON: shops, their style and locale, and the products they publish."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.market.model import Item, Market, Shop, Style


def market_from_file(path: Path) -> Market:
    """Return the market a file describes."""
    return market_from(json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))


def market_from(document: dict[str, Any]) -> Market:
    """Return the market a document describes: {"seed", "shops": [{"host", "style", …, "items": […]}]}."""
    shops = tuple(_shop(shop) for shop in document["shops"])
    return Market(seed=int(document.get("seed", 1)), shops=shops)


def _shop(shop: dict[str, Any]) -> Shop:
    return Shop(
        host=shop["host"].lower(),
        style=Style(shop["style"]),
        language=shop.get("language", "en"),
        country=shop.get("country", "US"),
        currency=shop.get("currency", "USD"),
        moves=bool(shop.get("moves", True)),
        items=tuple(_item(item) for item in shop["items"]),
    )


def _item(item: dict[str, Any]) -> Item:
    texts = {name: str(item.get(name) or "") for name in ("brand", "mpn", "gtin")}
    return Item(sku=str(item["sku"]), title=item["title"], price=Decimal(str(item["price"])), **texts)
