"""Score the repair of recipes: the labelled pages as shops might change them, mended from the pages as they were."""

import sys
import time
from collections import Counter, defaultdict
from decimal import Decimal
from urllib.parse import urlsplit

from bench.extraction import DATA, labelled_pages
from bench.mutations import MUTATIONS, TRAPS, Mutation, new_price, repriced
from pricing.adapters.readers import read_page
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.page_bytes import utf8_page
from pricing.adapters.readers.recipe import read_recipe
from pricing.adapters.readers.repair import mend
from pricing.domain.reading import Reading
from pricing.domain.repair import ChangedPage, KnownPage

MOST_OF_A_SHOP = 3


def shops() -> dict[str, list[KnownPage]]:
    """Return the labelled pages by host, with what is known of each."""
    labels, bodies = labelled_pages()
    found: dict[str, list[KnownPage]] = defaultdict(list)
    for key, label in labels.items():
        url, body = str(label["url"]), bodies[key]
        read = read_page(body, url=url, content_type="text/html")
        host = urlsplit(url).hostname or ""
        if isinstance(read, Reading) and len(found[host]) < MOST_OF_A_SHOP:
            page = KnownPage(body=body, url=url, item_price=read.item_price, currency=read.currency, title=read.title)
            found[host].append(page)
    return found


def verdict(change: Mutation, pages: list[KnownPage]) -> tuple[str, str]:
    """Change a shop's pages, mend, and say how it ended; a wrong price that was accepted is the worst."""
    changed = []
    for page in pages:
        utf8 = utf8_page(page.body, "text/html")
        body = change(utf8, page.item_price, page_locale(utf8, page.url))
        changed.append(
            ChangedPage(
                body=body, url=page.url, last_price=page.item_price, currency=page.currency, title=page.title,
                content_type="text/html; charset=utf-8",
            )
        )  # fmt: skip
    proof = mend("mended", pages, changed)
    if proof.recipe is None:
        return "not mended", proof.detail
    for page, new in zip(pages, changed, strict=True):
        claim = read_recipe(new.body, proof.recipe, page_locale(new.body, page.url)).claim
        right = new_price(page.item_price) if change is repriced else page.item_price
        if claim is None or claim.item_price != right:
            return "WRONG", f"{proof.recipe.selectors[0].css}: {claim and claim.item_price} for {page.item_price}"
    return "mended", proof.recipe.selectors[0].css


def main() -> int:
    """Print how many changed shops are mended, and that no wrong price was accepted."""
    if not DATA.is_dir():
        print(f"skipped: no labelled pages in {DATA}")
        return 0
    ends: Counter[str] = Counter()
    mendable: Counter[str] = Counter()
    for name, change in {**MUTATIONS, **TRAPS}.items():
        start = time.process_time()
        results = {host: verdict(change, pages) for host, pages in shops().items()}
        counted = Counter(end for end, _ in results.values())
        ends += counted
        mendable += counted if name in MUTATIONS else Counter()
        each = (time.process_time() - start) / len(results)
        print(f"{name:28} {dict(counted)}, {each:.2f} s a shop")
        for host, (end, detail) in results.items():
            if end == "WRONG" or "-v" in sys.argv:
                print(f"    {host}: {end}, {detail}")
    share = Decimal(mendable["mended"]) / sum(mendable.values())
    print(f"mended {share:.0%} of {sum(mendable.values())} changed shops that still show the last price")
    print(f"wrong prices accepted: {ends['WRONG']} of {sum(ends.values())}, traps included")
    return 0


if __name__ == "__main__":
    sys.exit(main())
