"""The market report: one line for each product, its price beside the market's, and what was decided of it."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from pricing.domain.day_rows import shown
from pricing.domain.decision import Decision
from pricing.domain.market import Offer, ProductFacts
from pricing.domain.market_day import index
from pricing.domain.position import standing

COLUMNS = (
    *("shop_id", "sku", "name", "brand", "category", "currency", "price"),
    *("rank", "rivals", "lowest_price", "lowest_competitor", "lowest_seen_at", "lowest_age_hours", "price_index"),
    *("decided_price", "reason", "offers", "offers_failing"),
)
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """Text as a cell that no spreadsheet carries out."""
    return f"'{text}" if text.startswith(FORMULA_MARKS) else text


def line(facts: ProductFacts, offers: tuple[Offer, ...], decision: Decision | None, at: datetime) -> tuple[str, ...]:
    """The cells of one product, in the order of `COLUMNS`. The index is our price over the lowest, times 100."""
    place = standing(facts, offers)
    lowest = place.lowest_price
    failing = sum(_fails(offer) for offer in offers)
    market = ("", "", "", "")
    if place.lowest is not None:
        age = (at - place.lowest.captured_at).total_seconds() / 3600
        seen = place.lowest.captured_at.isoformat(timespec="seconds")
        market = (_amount(lowest), safe(place.lowest.competitor_id), seen, f"{age:.1f}")
    return (
        *(facts.shop_id, safe(facts.sku), safe(facts.name), safe(facts.brand or ""), safe(facts.category or "")),
        *(facts.currency, _amount(facts.price)),
        *("" if place.rank is None else str(place.rank), str(place.rivals), *market, _index(facts.price, lowest)),
        *(("", "") if decision is None else (_amount(decision.price), decision.reason.value)),
        *(str(len(offers)), str(failing)),
    )


def _fails(offer: Offer) -> bool:
    if offer.last_failure is None:
        return False
    return offer.latest is None or offer.last_failure.captured_at > offer.latest.captured_at


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _index(price: Decimal | None, lowest: Decimal | None) -> str:
    return "" if price is None or not lowest else f"{shown(index(price, Fraction(lowest))):f}"
