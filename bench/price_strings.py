"""Score the price text parser on price strings nobody here wrote."""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path

from pricing.domain.price_text import PriceText, read_price

DATA = Path(__file__).parents[1] / "../shared/data/extraction"
FILES = ("price_strings.jsonl", "price_strings_known_failures.jsonl")


def sign(text: str | None) -> str:
    """Compare signs without case, blanks and the dot of an abbreviation."""
    return (text or "").casefold().replace(" ", "").strip(".")


def right(case: dict[str, str | None], read: PriceText) -> bool:
    """Return whether amount and sign are the expected ones; a sign no label names is not counted against."""
    expected = case["amount"]
    amount = read.amount == Decimal(expected) if expected is not None else read.amount is None
    return amount and (case["currency"] is None or sign(read.symbol) == sign(case["currency"]))


def share_right(file: Path) -> float:
    """Return which share of a file's strings is read right."""
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return sum(right(case, read_price(case["price_raw"] or "", hint=case["currency_raw"])) for case in cases) / len(
        cases
    )


def main() -> int:
    """Print the scores; say so when the strings are not there."""
    if not DATA.is_dir():
        print(f"skipped: no price strings in {DATA}")
        return 0
    for name in FILES:
        cases = [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]
        start = time.process_time()
        reads = [read_price(case["price_raw"] or "", hint=case["currency_raw"]) for case in cases]
        each = (time.process_time() - start) / len(cases) * 1e6
        wrong = [(case, read) for case, read in zip(cases, reads, strict=True) if not right(case, read)]
        signed = [read for case, read in zip(cases, reads, strict=True) if case["currency"]]
        decided = sum(read.currency is not None for read in signed)
        good = len(cases) - len(wrong)
        print(f"{name}: {good} of {len(cases)} right ({good / len(cases):.1%}), {each:.0f} µs each")
        print(f"    ISO code without a page's locale: {decided} of {len(signed)} that show a sign")
        for case, read in wrong:
            print(
                f"    {case['price_raw']!r}: expected {case['amount']} {case['currency']},"
                f" got {read.amount} {read.symbol}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
