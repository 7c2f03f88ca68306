"""The article numbers a page shows its customers, in whatever words they are introduced."""

import re
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers.claims import gtin_of
from pricing.adapters.readers.page_bytes import AttributeValues

_VALUE = r"([A-Za-z0-9][A-Za-z0-9_/.\-]{2,29})"
_LABEL = re.compile(
    r"(?:\bsku|\bref(?:erence|\.)?|référence|referencia|referência|riferimento"
    r"|item (?:no|number|#)|item#|product (?:code|no|number|id)|catalogue (?:no|number)"
    r"|article (?:no|number)|art\.?-? ?nr|artikel(?:nummer|-nr)|bestell(?:nummer|-nr)"
    r"|code produit|cod(?:ice|\.|igo)|código|kód(?: produktu)?|kod produktu|indeks|артикул"
    r"|код(?: товара)?|商品編號|商品番号|商品编号|货号|貨號|품번|model (?:no|number)|post id|ad id"
    r")"
    rf"[\s.:#：№]*{_VALUE}",
    re.IGNORECASE,
)
_GTIN_WORDS = (b"EAN", b"GTIN", b"UPC", b"ISBN")
_GTIN = re.compile(rb"(?:EAN|GTIN|UPC|ISBN)(?:-?1[0-4])?[\s:#]{1,4}(?:<[^>]{1,200}>\s*){0,3}([\d -]{8,18})")
_NAMED = (
    ("sku", "[class*='sku' i],[id*='sku' i]"),
    ("reference", "[class*='reference' i],[data-qa-qualifier*='reference' i]"),
    ("product__ref", "[id*='product__ref' i]"),
    *((w, f"[class*='{w}' i]") for w in ("article", "catnumber", "item-number", "product-code", "itemnumber")),
    ("product-id", "[class*='product-id' i]"),
)


_NAMED_BYTES = tuple((word.encode(), selector) for word, selector in _NAMED)


def named_sku(names: AttributeValues, tree: LexborHTMLParser) -> str | None:
    """Return the number in an element whose own name says that it holds one; the names are those of the region."""
    selectors = ",".join(selector for word, selector in _NAMED_BYTES if word in names)
    for node in tree.css(selectors)[:40] if selectors else ():
        text = " ".join(node.text(deep=True, separator=" ").split())
        if node.tag in {"script", "input", "select", "style"} or not 0 < len(text) < 60:  # noqa: PLR2004
            continue
        labelled = _LABEL.search(text)
        value = labelled[1] if labelled else text if re.fullmatch(_VALUE, text) else None
        if value and re.search(r"\d{3}|(?=.*[A-Za-z]).*\d", value):
            return value
    return None


def labelled_sku(texts: list[str]) -> str | None:
    """Return the number behind a word for it, anywhere in the visible texts."""
    for text in texts:
        if len(text) < 60 and (found := _LABEL.search(text)) and any(sign.isdigit() for sign in found[1]):  # noqa: PLR2004
            return found[1].rstrip(".-/")
    return None


def labelled_gtin(page: bytes, text: str) -> str | None:
    """Return the GTIN the page's text introduces as one."""
    for word in (spelled for spelled in _GTIN_WORDS if spelled.decode() in text):
        at = page.find(word)
        while at >= 0:
            if (found := _GTIN.match(page, at)) and (code := gtin_of(found[1].decode().strip())):
                return code
            at = page.find(word, at + 1)
    return None


def address_number(url: str) -> str | None:
    """Return the number in the last part of an address that stands for the article there."""
    parts = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    for part in reversed(parts[-2:]):
        stem = re.sub(r"\.(?:html?|php|aspx?|jsp)$", "", part, flags=re.IGNORECASE)
        tokens = [t for t in re.split(r"[-_.]|iid", stem) if sum(c.isdigit() for c in t) >= 4]  # noqa: PLR2004
        if tokens:
            return tokens[-1]
    return None
