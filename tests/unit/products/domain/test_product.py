"""What an import and a publication change in a product."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from products.domain.product import Draft, NewPrice, Origin, Product, Refusal, repriced, taken_in

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
ORIGIN = Origin(organisation_id="org", shop_id="demo-eu", currency="EUR", own_seller_ids=(), at=MONDAY)
LATER = replace(ORIGIN, at=MONDAY + timedelta(days=1))
DRAFT = Draft(sku="HP-100", name="Headphones", price=Decimal("99.99"))


def known() -> Product:
    product = taken_in(None, DRAFT, ORIGIN)
    assert product is not None
    return product


def test_the_same_file_again_changes_nothing() -> None:
    assert taken_in(known(), DRAFT, LATER) is None


def test_a_new_price_has_a_date_and_a_source() -> None:
    changed = taken_in(known(), replace(DRAFT, price=Decimal("89.99")), LATER)

    assert changed is not None
    assert (changed.revision, changed.price_since, changed.price_source) == (2, LATER.at, "import")


def test_a_new_name_leaves_the_date_of_the_price() -> None:
    changed = taken_in(known(), replace(DRAFT, name="Over-ear headphones"), LATER)

    assert changed is not None
    assert (changed.revision, changed.price_since) == (2, MONDAY)


def price(amount: str, expected: str | None, currency: str = "EUR") -> NewPrice:
    return NewPrice(
        product_id="p",
        amount=Decimal(amount),
        currency=currency,
        expected=None if expected is None else Decimal(expected),
        batch_id="bat",
    )


def test_a_published_price_is_shown_from_now_on() -> None:
    shown = repriced(known(), price("95.99", "99.99"), LATER.at)

    assert isinstance(shown, Product)
    assert (shown.draft.price, shown.price_source, shown.batch_id) == (Decimal("95.99"), "publication", "bat")


def test_a_price_that_is_shown_already_is_not_written_again() -> None:
    assert repriced(known(), price("99.99", "90.00"), LATER.at) is None


def test_a_change_by_hand_is_a_conflict_and_not_overwritten() -> None:
    refused = repriced(known(), price("95.99", "97.00"), LATER.at)

    assert refused == Refusal("conflict", "the shop shows 99.99, not 97.00: changed since")


def test_a_price_in_another_currency_is_refused() -> None:
    assert isinstance(repriced(known(), price("95.99", "99.99", "USD"), LATER.at), Refusal)


def test_an_unknown_product_is_refused() -> None:
    refused = repriced(None, price("95.99", None), LATER.at)

    assert isinstance(refused, Refusal)
    assert refused.outcome == "unknown_product"


def test_a_column_that_the_file_lacks_keeps_what_is_known_and_an_empty_cell_takes_it_away() -> None:
    full = replace(DRAFT, cost=Decimal("60.00"), map_price=Decimal("95.00"))
    before = taken_in(None, full, ORIGIN)
    prices_only = replace(LATER, told=frozenset({"sku", "name", "price"}))

    kept = taken_in(before, replace(DRAFT, price=Decimal("97.99")), prices_only)
    cleared = taken_in(before, DRAFT, LATER)

    assert kept is not None
    assert cleared is not None
    assert (kept.draft.price, kept.draft.cost, kept.draft.map_price) == (
        Decimal("97.99"),
        Decimal("60.00"),
        Decimal("95.00"),
    )
    assert (cleared.draft.cost, cleared.draft.map_price) == (None, None)
