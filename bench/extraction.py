"""Score the page readers on the labelled product pages, and their cost beside a selectolax parse and select."""

import gzip
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from unittest.mock import patch
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from bench import selectolax_reader
from pricing.adapters.readers import read_page
from pricing.domain.reading import NothingRead, Reading

DATA = Path(__file__).parents[1] / "../shared/data/extraction/product_pages"
PUBLISHED = (
    "two commercial services on the full set these pages are from, as published: price F1 .940 and .794,",
    "    availability .957 and .943, SKU .841 and .765; ours above is on the 38 labelled pages only",
)
type Label = dict[str, list[str]]

# The labels hold the sign a page shows. Which currency that is follows from the shop's country.
SIGNS = {
    ("$", "cl"): "CLP", ("$", "ar"): "ARS", ("$", "usedvictoria"): "CAD", ("$", "com"): "USD", ("£", ""): "GBP",
    ("€", ""): "EUR", ("Rs", "pk"): "PKR", ("ر.س", ""): "SAR", ("тг.", ""): "KZT",
}  # fmt: skip
STAGES = (
    "blocked_by", "utf8_page", "meta_tags", "page_locale", "read_json_ld", "read_meta_tags", "product_regions",
    "shows_price", "read_microdata", "read_rdfa", "read_plain", "read_embedded", "labelled_gtin", "named_sku",
    "stock_words", "_labelled", "vote",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page costs in milliseconds: read by us, read with selectolax, and only parsed by it."""

    key: str
    ours: float
    theirs: float
    parsed: float


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

    @property
    def precision(self) -> float:
        """Return which share of the answers is right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Return which share of the labels was answered right."""
        return self.right / max(self.right + self.wrong + self.missing, 1)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def line(self, name: str) -> str:
        """Return the score as a line of a table."""
        counts = f"right {self.right:3} wrong {self.wrong:3} missing {self.missing:3}"
        return f"{name:13} {counts}   P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}"


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


def amounts(label: Label) -> list[Decimal]:
    """Return the prices that are right for a page."""
    return [found for text in label["price"] if (found := amount(text)) is not None]


def answer_of(reading: Reading) -> selectolax_reader.Found:
    """Return a reading in the yardstick's words."""
    return selectolax_reader.Found(
        price=reading.item_price,
        currency=reading.currency,
        availability=reading.availability.value,
        sku=reading.sku,
        gtin=reading.gtin,
        mpn=reading.mpn,
        brand=reading.brand,
    )


def judge(
    key: str, label: Label, reading: selectolax_reader.Found, scores: dict[str, Score], thousandfold: list[str]
) -> None:
    """Compare one reading with its label, field by field."""
    page = f"{key[:8]} {urlsplit(str(label['url'])).hostname}"
    prices = amounts(label)
    got = reading.price
    scores["price"].add(str(prices), None if got is None else str(got), same=got in prices, page=page)
    if got and any(abs(got * f - p) < p / 1000 or abs(p * f - got) < p / 1000 for p in prices for f in (100, 1000)):
        thousandfold.append(f"{page}: {got} for {prices}")
    for sign in label.get("currency", [])[:1]:
        code = iso_of(sign, str(label["url"]))
        scores["currency"].add(str(code), reading.currency, same=reading.currency == code, page=page)
    state = {"InStock": "in_stock", "OutOfStock": "out_of_stock"}[label["availability"][0]]
    said = None if reading.availability == "unknown" else reading.availability
    scores["availability"].add(state, said, same=said == state, page=page)
    for name in ("sku", "gtin", "mpn", "brand"):
        if name in label:
            value = getattr(reading, name)
            same = bool(value) and plain(str(value)) in {plain(text) for text in label[name]}
            scores[name].add(str(label[name]), value, same=same, page=page)


def parsed(html: bytes) -> None:
    """Parse the page and look at three places, reading nothing: the least that a parser costs."""
    tree = LexborHTMLParser(html)
    tree.css('script[type="application/ld+json"]')
    tree.css_first("[itemprop=price]")
    tree.css_first('meta[property="product:price:amount"]')


def timed(name: str, spent: dict[str, float], function: Callable[..., object]) -> Callable[..., object]:
    """Put a clock around a function; what it yields is timed piece by piece."""

    def run(*given: object, **named: object) -> object:
        start = time.process_time()
        result = function(*given, **named)
        spent[name] += time.process_time() - start
        if not isinstance(result, Iterator):
            return result
        return iter(timed(name, spent, partial(next, result, None)), None)

    return run


def stages(read_all: Callable[[], object]) -> str:
    """Return which share of the time each stage of a page's reading takes."""
    module = vars(sys.modules["pricing.adapters.readers.read_page"])
    spent = dict.fromkeys(STAGES, 0.0)
    with patch.dict(module, {name: timed(name, spent, module[name]) for name in STAGES}):
        start = time.process_time()
        read_all()
        total = time.process_time() - start
    spent["rest"] = total - sum(spent.values())
    return ", ".join(f"{name} {cost / total:.0%}" for name, cost in sorted(spent.items(), key=lambda one: -one[1]))


def compare(pages: dict[str, bytes], labels: dict[str, Label], rounds: int) -> list[Cost]:
    """Return the best times of the readers on each page, measured in turns."""
    costs = []
    for key, html in pages.items():
        best = [float("inf")] * 3
        for _ in range(rounds):
            moments = [time.process_time()]
            read_page(html, url=str(labels[key]["url"]), content_type="text/html")
            moments.append(time.process_time())
            selectolax_reader.read(html)
            moments.append(time.process_time())
            parsed(html)
            moments.append(time.process_time())
            spent = [after - before for before, after in pairwise(moments)]
            best = list(map(min, best, spent))
        costs.append(Cost(key, *(one * 1000 for one in best)))
    return costs


def by_kind(costs: list[Cost], pages: dict[str, bytes], labels: dict[str, Label]) -> dict[str, list[Cost]]:
    """Return the costs by what the price was read from."""
    kinds: dict[str, list[Cost]] = {}
    for cost in costs:
        read = read_page(pages[cost.key], url=str(labels[cost.key]["url"]), content_type="text/html")
        kind = read.reader.value if isinstance(read, Reading) else "nothing"
        kinds.setdefault(kind, []).append(cost)
    return dict(sorted(kinds.items()))


def print_cost(pages: dict[str, bytes], labels: dict[str, Label]) -> None:
    """Print what a page costs beside the yardstick, and which stages it is spent in."""
    costs = compare(pages, labels, 9)
    answered = [one for one in costs if selectolax_reader.read(pages[one.key]).price in amounts(labels[one.key])]
    kinds = {"all pages": costs, "both right": answered} | by_kind(costs, pages, labels)
    for kind, some in kinds.items():
        ours, theirs, least = (mean(getattr(one, name) for one in some) for name in ("ours", "theirs", "parsed"))
        half = median(one.ours / one.theirs for one in some)
        print(
            f"{kind:10} {ours:.2f} ms a page; selectolax reads it in {theirs:.2f} ms: {ours / theirs:.2f}"
            f" (median page {half:.2f}); it parses it in {least:.2f} ms: {ours / least:.2f}"
        )
    print("stages: " + stages(lambda: [read_page(html, url=str(labels[key]["url"])) for key, html in pages.items()]))
    for one in costs if "-v" in sys.argv else ():
        print(f"  {one.key[:8]} {one.ours:.2f} {one.theirs:.2f} {one.parsed:.2f}")


def labelled_pages() -> tuple[dict[str, Label], dict[str, bytes]]:
    """Return the labels, errata applied, and the pages they are of."""
    labels = json.loads((DATA / "ground_truth.json").read_text(encoding="utf-8"))
    for key, right in json.loads((DATA / "price_errata.json").read_text(encoding="utf-8")).items():
        labels[key]["price"] = right
    return labels, {key: gzip.decompress((DATA / "html" / f"{key}.html.gz").read_bytes()) for key in labels}


def score(
    labels: dict[str, Label], read: Callable[[str], selectolax_reader.Found]
) -> tuple[dict[str, Score], list[str]]:
    """Return a reader's scores by field, and the prices that are wrong by a hundred or a thousand."""
    scores = {name: Score() for name in ("price", "currency", "availability", "sku", "gtin", "mpn", "brand")}
    thousandfold: list[str] = []
    for key, label in labels.items():
        judge(key, label, read(key), scores, thousandfold)
    return scores, thousandfold


def ours(labels: dict[str, Label], pages: dict[str, bytes], key: str) -> selectolax_reader.Found:
    """Read a page by our readers, saying why when nothing was read."""
    read = read_page(pages[key], url=str(labels[key]["url"]), content_type="text/html")
    if isinstance(read, NothingRead):
        print(f"{key[:8]}: {read.outcome.value}, {read.detail}")
        return selectolax_reader.Found()
    if "-v" in sys.argv:
        print(key[:8], read)
    return answer_of(read)


def main() -> int:
    """Print the scores; say so when the labelled pages are not there."""
    if not DATA.is_dir():
        print(f"skipped: no labelled pages in {DATA}")
        return 0
    labels, pages = labelled_pages()
    scores, thousandfold = score(labels, partial(ours, labels, pages))
    for name, counted in scores.items():
        print(counted.line(name))
        for error in counted.errors:
            print(f"    {error}")
    yardstick, _ = score(labels, lambda key: selectolax_reader.read(pages[key]))
    print("a reader made of selectolax: F1 " + ", ".join(f"{name} {one.f1:.3f}" for name, one in yardstick.items()))
    print("\n".join(PUBLISHED))
    print(f"wrong by x100 or x1000: {len(thousandfold)} {thousandfold}")
    print_cost(pages, labels)
    return 0


if __name__ == "__main__":
    sys.exit(main())
