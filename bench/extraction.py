"""Score the page readers on the labelled product pages, and their cost beside a selectolax parse and select."""

import gzip
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from pricing.adapters.readers import read_page
from pricing.domain.reading import NothingRead, Reading

DATA = Path(__file__).parents[1] / "../shared/data/extraction/product_pages"
type Label = dict[str, list[str]]

# The labels hold the sign a page shows. Which currency that is follows from the shop's country.
SIGNS = {
    ("$", "cl"): "CLP", ("$", "ar"): "ARS", ("$", "usedvictoria"): "CAD", ("$", "com"): "USD", ("£", ""): "GBP",
    ("€", ""): "EUR", ("Rs", "pk"): "PKR", ("ر.س", ""): "SAR", ("тг.", ""): "KZT",
}  # fmt: skip


@dataclass(slots=True)
class Score:
    """Right, wrong and missing answers for one field."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, expected: str, got: str | None, *, same: bool, page: str) -> None:
        """Count one answer."""
        if got is None:
            self.missing += 1
        elif same:
            self.right += 1
            return
        else:
            self.wrong += 1
        self.errors.append(f"{page}: expected {expected}, got {got}")

    def line(self, name: str) -> str:
        """Return the score as a line of a table."""
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.wrong + self.missing, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        counts = f"right {self.right:3} wrong {self.wrong:3} missing {self.missing:3}"
        return f"{name:13} {counts}   P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"


def iso_of(sign: str, url: str) -> str | None:
    """Return the ISO code a label means on its site."""
    if re.fullmatch("[A-Z]{3}", sign):
        return sign
    host = urlsplit(url).hostname or ""
    parts = [part for part in host.split(".") if part != "com" or host.endswith(".com")] + [""]
    return next((SIGNS[sign, part] for part in parts if (sign, part) in SIGNS), None)


def plain(text: str) -> str:
    """Compare identifiers by their letters and digits."""
    return re.sub(r"[\W_]", "", text).casefold()


def amount(text: str) -> Decimal | None:
    """Return a label's number."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def judge(key: str, label: Label, reading: Reading | None, scores: dict[str, Score], thousandfold: list[str]) -> None:
    """Compare one reading with its label, field by field."""
    page = f"{key[:8]} {urlsplit(str(label['url'])).hostname}"
    prices = [a for text in label["price"] if (a := amount(text)) is not None]
    got = reading.item_price if reading else None
    scores["price"].add(str(prices), None if got is None else str(got), same=got in prices, page=page)
    if got and any(abs(got * f - p) < p / 1000 or abs(p * f - got) < p / 1000 for p in prices for f in (100, 1000)):
        thousandfold.append(f"{page}: {got} for {prices}")
    for sign in label.get("currency", [])[:1]:
        code = iso_of(sign, str(label["url"]))
        scores["currency"].add(
            str(code), reading.currency if reading else None, same=bool(reading and reading.currency == code), page=page
        )
    state = {"InStock": "in_stock", "OutOfStock": "out_of_stock"}[label["availability"][0]]
    said = reading.availability.value if reading and reading.availability.value != "unknown" else None
    scores["availability"].add(state, said, same=said == state, page=page)
    for name in ("sku", "gtin", "mpn", "brand"):
        if name in label:
            value = getattr(reading, name) if reading else None
            same = bool(value) and plain(str(value)) in {plain(text) for text in label[name]}
            scores[name].add(str(label[name]), value, same=same, page=page)


def select(html: bytes) -> None:
    """Do what the comparison does: parse the page and select the usual places."""
    tree = LexborHTMLParser(html)
    tree.css('script[type="application/ld+json"]')
    tree.css_first("[itemprop=price]")
    tree.css_first('meta[property="product:price:amount"]')


def milliseconds(run: Callable[[], object], rounds: int) -> float:
    """Return the best time of a few rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return best * 1000


def main() -> int:
    """Print the scores; say so when the labelled pages are not there."""
    if not DATA.is_dir():
        print(f"skipped: no labelled pages in {DATA}")
        return 0
    labels = json.loads((DATA / "ground_truth.json").read_text(encoding="utf-8"))
    for key, right in json.loads((DATA / "price_errata.json").read_text(encoding="utf-8")).items():
        labels[key]["price"] = right
    pages = {key: gzip.decompress((DATA / "html" / f"{key}.html.gz").read_bytes()) for key in labels}
    names = ("price", "currency", "availability", "sku", "gtin", "mpn", "brand")
    scores = {name: Score() for name in names}
    thousandfold: list[str] = []
    for key, label in labels.items():
        read = read_page(pages[key], url=label["url"], content_type="text/html")
        if isinstance(read, NothingRead):
            print(f"{key[:8]}: {read.outcome.value}, {read.detail}")
        elif "-v" in sys.argv:
            print(key[:8], read)
        judge(key, label, read if isinstance(read, Reading) else None, scores, thousandfold)
    for name, score in scores.items():
        print(score.line(name))
        for error in score.errors:
            print(f"    {error}")
    print(f"wrong by x100 or x1000: {len(thousandfold)} {thousandfold}")
    ours = [milliseconds(partial(read_page, pages[key], url=labels[key]["url"]), 5) for key in pages]
    theirs = [milliseconds(partial(select, pages[key]), 5) for key in pages]
    mean, base = sum(ours) / len(ours), sum(theirs) / len(theirs)
    print(f"read_page {mean:.2f} ms a page, selectolax parse+css {base:.2f} ms, ratio {mean / base:.2f}")
    if "-v" in sys.argv:
        for key, cost, other in zip(pages, ours, theirs, strict=True):
            print(f"  {key[:8]} {cost:.2f} {other:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
