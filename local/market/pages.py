"""The product pages of the simulated shops, in each style the web uses."""

import csv
import io
import json
from collections.abc import Callable
from html import escape

from local.market.model import Item, Quote, Shop, Style, address_of
from local.market.notation import amount_text

_WORDS = {
    "de": ("In den Warenkorb", "Ausverkauft", "Das könnte Ihnen auch gefallen", "Artikelnummer"),
    "fr": ("Ajouter au panier", "Épuisé", "Vous aimerez aussi", "Référence"),
    "es": ("Añadir a la cesta", "Agotado", "También te puede gustar", "Referencia"),
}
_ENGLISH = ("Add to cart", "Out of stock", "You may also like", "Item no.")


def product_page(shop: Shop, item: Item, quote: Quote, *, changed_markup: bool = False) -> str:
    """Return an item's page; with changed markup the price stands where no one looked for it before."""
    head, body = _changed(shop, item, quote) if changed_markup else _STYLES[shop.style](shop, item, quote)
    buy, sold_out, also, number = _WORDS.get(shop.language, _ENGLISH)
    button = f'<button class="buy">{buy}</button>' if quote.in_stock else f'<p class="stock-state">{sold_out}</p>'
    others = "".join(_teaser(shop, other) for other in shop.items[:4] if other is not item)
    return (
        f'<!doctype html><html lang="{shop.language}-{shop.country}"><head><meta charset="utf-8">'
        f'<title>{escape(item.title)} | {shop.host}</title><link rel="canonical" href="{address_of(shop, item)}">{head}'
        f"</head><body><header><nav><a href='/'>{shop.host}</a></nav></header><main>{body}{button}"
        f"<p>{number}: {escape(item.sku)}</p></main>"
        f'<section class="related"><h2>{also}</h2>{others}</section></body></html>'
    )


def feed(shop: Shop) -> str:
    """Return what a shop sells as the file that its own price systems pull; a cell with a comma is quoted."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(("sku", "name", "brand", "gtin", "mpn", "price"))
    rows.writerows((one.sku, one.title, one.brand, one.gtin, one.mpn, f"{one.price:f}") for one in shop.items)
    return file.getvalue()


def _teaser(shop: Shop, item: Item) -> str:
    price = amount_text(item.price, shop.currency, shop.language, shop.country)
    link = f'<a href="{address_of(shop, item)}">{escape(item.title)}</a>'
    return f'<div class="tile">{link} <span class="price">{price}</span></div>'


def _asked(shop: Shop, quote: Quote, attributes: str = "") -> str:
    struck = ""
    if quote.list_price is not None:
        struck = (
            f'<del class="old-price">{amount_text(quote.list_price, shop.currency, shop.language, shop.country)}</del> '
        )
    price = amount_text(quote.price, shop.currency, shop.language, shop.country)
    return f'<div class="product-price">{struck}<span class="current-price"{attributes}>{price}</span></div>'


def _schema(quote: Quote) -> str:
    return "https://schema.org/InStock" if quote.in_stock else "https://schema.org/OutOfStock"


def _json_ld(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    product = {
        "@context": "https://schema.org", "@type": "Product", "name": item.title, "sku": item.sku, "mpn": item.mpn,
        "gtin13": item.gtin, "brand": {"@type": "Brand", "name": item.brand},
        "offers": {"@type": "Offer", "url": address_of(shop, item), "price": f"{quote.price:f}",
                   "priceCurrency": shop.currency, "availability": _schema(quote),
                   "itemCondition": "https://schema.org/NewCondition",
                   "seller": {"@type": "Organization", "name": shop.host}},
    }  # fmt: skip
    trail = {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": shop.host}, product]}
    script = json.dumps(trail, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<script type="application/ld+json">{script}</script>',
        f"<h1>{escape(item.title)}</h1>{_asked(shop, quote)}",
    )


def _microdata(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    body = (
        '<div itemscope itemtype="https://schema.org/Product">'
        f'<h1 itemprop="name">{escape(item.title)}</h1><meta itemprop="sku" content="{escape(item.sku)}">'
        f'<meta itemprop="mpn" content="{escape(item.mpn)}"><meta itemprop="gtin13" content="{item.gtin}">'
        f'<span itemprop="brand">{escape(item.brand)}</span>'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        f'<meta itemprop="priceCurrency" content="{shop.currency}">'
        f'<link itemprop="availability" href="{_schema(quote)}">'
        + _asked(shop, quote, f' itemprop="price" content="{quote.price:f}"')
        + "</div></div>"
    )
    return "", body


def _rdfa(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    body = (
        f'<div vocab="https://schema.org/" typeof="Product"><h1 property="name">{escape(item.title)}</h1>'
        f'<meta property="sku" content="{escape(item.sku)}"><meta property="mpn" content="{escape(item.mpn)}">'
        f'<meta property="gtin13" content="{item.gtin}"><span property="brand">{escape(item.brand)}</span>'
        f'<div property="offers" typeof="Offer"><meta property="priceCurrency" content="{shop.currency}">'
        f'<link property="availability" href="{_schema(quote)}">'
        + _asked(shop, quote, f' property="price" content="{quote.price:f}"')
        + "</div></div>"
    )
    return "", body


def _opengraph(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    stock = "in stock" if quote.in_stock else "out of stock"
    tags = {
        "og:type": "product", "og:title": item.title, "product:price:amount": f"{quote.price:f}",
        "product:price:currency": shop.currency, "product:availability": stock, "product:brand": item.brand,
        "product:retailer_item_id": item.sku, "product:ean": item.gtin, "product:mfr_part_no": item.mpn,
    }  # fmt: skip
    head = "".join(f'<meta property="{name}" content="{escape(value)}">' for name, value in tags.items())
    return head, f"<h1>{escape(item.title)}</h1>{_asked(shop, quote)}"


def _embedded(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    state = {"props": {"pageProps": {"product": {
        "name": item.title, "sku": item.sku, "mpn": item.mpn, "gtin": item.gtin, "brand": item.brand,
        "price": float(quote.price), "currency": shop.currency, "inStock": quote.in_stock}}}}  # fmt: skip
    script = json.dumps(state, ensure_ascii=False).replace("</", "<\\/")
    embedded = f'<script id="__NEXT_DATA__" type="application/json">{script}</script>'
    body = f'<h1>{escape(item.title)}</h1><div id="root"></div>{embedded}'
    return "", body


def _plain(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    return "", f"<h1>{escape(item.title)}</h1><p>{escape(item.brand)}</p>{_asked(shop, quote)}"


def _changed(shop: Shop, item: Item, quote: Quote) -> tuple[str, str]:
    price = amount_text(quote.price, shop.currency, shop.language, shop.country)
    return "", f'<h1>{escape(item.title)}</h1><section class="x7f"><b class="q1">{price}</b></section>'


_STYLES: dict[Style, Callable[[Shop, Item, Quote], tuple[str, str]]] = {
    Style.JSON_LD: _json_ld,
    Style.MICRODATA: _microdata,
    Style.RDFA: _rdfa,
    Style.OPENGRAPH: _opengraph,
    Style.EMBEDDED: _embedded,
    Style.PLAIN: _plain,
}
