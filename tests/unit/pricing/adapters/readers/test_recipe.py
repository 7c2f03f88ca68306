"""A store's recipe leads the vote, is checked against the page, and names what fails."""

from decimal import Decimal

import pytest

from pricing.adapters.readers import read_page
from pricing.adapters.readers.recipe import Fault, Why, read_recipe, try_recipe
from pricing.domain.price_text import PageLocale
from pricing.domain.reading import Availability, Reading
from pricing.domain.recipe import Field, Pick, Recipe, Selector

URL = "https://shop.example/p/4711/kettle"
LOCALE = PageLocale(country="US", language="en")
PAGE = (
    b'<html lang="en-US"><body><h1>Kettle</h1><p class="price">$59.00</p><p id="club">Club: $39.50</p>'
    b'<i data-sku="4711"></i><ul><li>Bright</li><li>&amp; Co</li></ul><b class="state">Sold out</b></body></html>'
)


def recipe(*selectors: Selector, price: str = "#club") -> Recipe:
    lead = Selector(field=Field.ITEM_PRICE, css=price, strip=("Club:",))
    return Recipe(name="corner shop", version=2, selectors=(lead, *selectors))


def test_a_recipe_finds_what_its_selectors_name() -> None:
    written = recipe(
        Selector(field=Field.SKU, css="i", attribute="data-sku"),
        Selector(field=Field.BRAND, css="li", pick=Pick.JOIN),
        Selector(field=Field.TITLE, css="li", pick=Pick.LAST),
        Selector(field=Field.AVAILABILITY, css=".state"),
    )

    read = read_recipe(PAGE, written, LOCALE)

    assert read.claim is not None
    assert read.faults == ()
    assert (read.claim.item_price, read.claim.currency, read.claim.recipe) == (
        Decimal("39.50"),
        "USD",
        "corner shop@2",
    )
    assert (read.claim.sku, read.claim.brand, read.claim.title) == ("4711", "Bright & Co", "& Co")
    assert read.claim.availability is Availability.OUT_OF_STOCK


@pytest.mark.parametrize(
    ("selector", "why", "text"),
    [
        (Selector(field=Field.SKU, css="body", pick=Pick.JOIN), Why.TOO_LARGE, None),
        (Selector(field=Field.SKU, css=".gone"), Why.NO_MATCH, None),
        (Selector(field=Field.SKU, css="i"), Why.EMPTY, None),
        (Selector(field=Field.LIST_PRICE, css="h1"), Why.NOT_A_PRICE, "Kettle"),
        (Selector(field=Field.CURRENCY, css="h1"), Why.NOT_A_CURRENCY, "Kettle"),
        (Selector(field=Field.GTIN, css="i", attribute="data-sku"), Why.NOT_A_GTIN, "4711"),
        (Selector(field=Field.AVAILABILITY, css="h1"), Why.NOT_A_STATE, "Kettle"),
    ],
)
def test_a_selector_that_fails_is_named(selector: Selector, why: Why, text: str | None) -> None:
    page = PAGE + b"<wbr>" * 500

    assert read_recipe(page, recipe(selector), LOCALE).faults == (Fault(field=selector.field, why=why, text=text),)


def test_a_recipe_without_a_price_claims_nothing() -> None:
    assert read_recipe(PAGE, recipe(price="h1"), LOCALE).claim is None


def test_a_recipe_outranks_what_else_the_page_says() -> None:
    read = read_page(PAGE, url=URL, recipe=recipe())

    assert isinstance(read, Reading)
    assert read.item_price == Decimal("39.50")


def test_a_recipe_that_is_off_by_a_power_of_ten_yields_to_what_the_page_shows() -> None:
    html = PAGE.replace(b"Club: $39.50", b"5900")
    read = read_page(html, url=URL, recipe=recipe())

    assert isinstance(read, Reading)
    assert read.item_price == Decimal("59.00")


def test_a_recipe_that_fails_leaves_the_page_to_the_other_readers() -> None:
    read = read_page(PAGE, url=URL, recipe=recipe(price=".gone"))

    assert isinstance(read, Reading)
    assert read.item_price == Decimal("59.00")


def test_a_trial_on_a_stored_page_names_what_is_not_as_expected() -> None:
    expected = {Field.ITEM_PRICE: "39.50", Field.CURRENCY: "EUR"}

    assert try_recipe(PAGE, recipe(), expected, LOCALE).faults == (
        Fault(field=Field.CURRENCY, why=Why.UNEXPECTED, text="USD"),
    )
