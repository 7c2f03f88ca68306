"""A recipe is mended only by one that is proven; a wrong price is never accepted."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pytest

from bench.mutations import MUTATIONS, TRAPS, Mutation, new_price, repriced
from pricing.adapters.readers.recipe import read_recipe
from pricing.adapters.readers.repair import mend, prove
from pricing.domain.price_text import PageLocale
from pricing.domain.recipe import Field, Recipe, Selector
from pricing.domain.repair import ChangedPage, KnownPage

LOCALE = PageLocale(country="US", language="en")
PRICES = {"Copper kettle": "39.50", "Iron teapot": "112.00", "Tin cup": "7.25"}
LAST = {title: Decimal(price) for title, price in PRICES.items()}


def body(title: str, price: str, offer: str, linked: str | None = None) -> bytes:
    thing = {"@type": "Product", "name": title, "offers": {"price": linked, "priceCurrency": "USD"}}
    data = f'<script type="application/ld+json">{json.dumps(thing)}</script>' if linked else ""
    aside = '<div class="related"><a><b class="amount">$5.00</b></a></div>'
    shown = f"<h1>{title}</h1>{offer.format(price=price)}{aside}"
    return f'<html lang="en-US"><head><title>{title}</title>{data}</head><body>{shown}</body></html>'.encode()


OLD = '<div class="buy"><p class="amount">${price}</p><p class="ship">Shipping $4.90</p></div>'
SHOPS = {
    "named": OLD,
    "hooked": '<div class="x9"><span data-testid="now">${price}</span></div>',
    "nested": '<section id="offer"><div><span>Price</span> <span>${price}</span></div></section>',
    "marked": '<div itemscope><span itemprop="price" class="c1 c2">${price}</span></div>',
    "struck": '<div class="buy"><del class="was">$250.00</del> <strong class="now">${price}</strong></div>',
}


def known(offer: str = OLD) -> list[KnownPage]:
    return [
        KnownPage(
            body=body(title, price, offer, price),
            url=f"https://shop.example/{title}",
            item_price=Decimal(price),
            currency="USD",
            title=title,
        )
        for title, price in PRICES.items()
    ]


def changed(offer: str, prices: dict[str, str] = PRICES, linked: str | None = None) -> list[ChangedPage]:
    return [
        ChangedPage(
            body=body(title, price, offer, linked),
            url=f"https://shop.example/{title}",
            last_price=LAST[title],
            currency="USD",
            title=title,
        )
        for title, price in prices.items()
    ]


def price_in(page: ChangedPage, recipe: Recipe) -> Decimal | None:
    claim = read_recipe(page.body, recipe, LOCALE).claim
    return claim.item_price if claim else None


def recipe(css: str) -> Recipe:
    return Recipe(name="by hand", version=1, selectors=(Selector(field=Field.ITEM_PRICE, css=css),))


def test_changed_shops_are_mended_and_no_wrong_price_is_accepted() -> None:
    mended = wrong = 0
    for offer in SHOPS.values():
        pages = known(offer)
        for mutate in MUTATIONS.values():
            new = [
                ChangedPage(
                    body=mutate(page.body, page.item_price, LOCALE),
                    url=page.url,
                    last_price=page.item_price,
                    currency="USD",
                    title=page.title,
                )
                for page in pages
            ]
            proof = mend("mended", pages, new)
            if proof.recipe is not None:
                mended += 1
                wrong += any(price_in(page, proof.recipe) != page.last_price for page in new)

    assert wrong == 0
    assert mended >= 0.8 * len(SHOPS) * len(MUTATIONS)


@pytest.mark.parametrize("trap", TRAPS.values())
@pytest.mark.parametrize("offer", SHOPS.values())
def test_on_a_page_that_confirms_nothing_no_wrong_price_is_accepted(trap: Mutation, offer: str) -> None:
    new = [
        ChangedPage(
            body=trap(page.body, page.item_price, LOCALE),
            url=page.url,
            last_price=page.item_price,
            currency="USD",
            title=page.title,
        )
        for page in known(offer)
    ]

    proof = mend("mended", known(offer), new)

    asked = [new_price(page.last_price) if trap is repriced else None for page in new]
    assert proof.recipe is None or [price_in(page, proof.recipe) for page in new] == asked


def test_a_mended_recipe_finds_the_known_prices_and_the_new_ones() -> None:
    new = changed('<main><div class="cta"><output class="cost">${price}</output></div></main>')

    proof = mend("shop.example", known(), new)

    assert proof.recipe is not None, proof.detail
    assert (proof.recipe.name, proof.known, proof.reproduced, proof.changed, proof.agreed) == (
        "shop.example",
        3,
        3,
        3,
        3,
    )
    assert [price_in(page, proof.recipe) for page in new] == list(LAST.values())


def test_prices_that_changed_with_the_page_are_believed_when_structured_data_says_so_too() -> None:
    prices = {"Copper kettle": "41.00"}
    new = changed('<main><output class="cost">${price}</output></main>', prices, linked="41.00")

    proof = mend("shop.example", known(), new)

    assert proof.recipe is not None, proof.detail
    assert price_in(new[0], proof.recipe) == Decimal("41.00")


NEW = '<main><output class="cost">${price}</output></main>'


@pytest.mark.parametrize(
    ("css", "new", "why"),
    [
        (".cost", changed(NEW), "finds the known price on 0 of 3"),
        (".amount", changed(NEW), "far from the last|shows the last|a second reader"),
        (".gone, .amount", changed('<p class="total">${price}</p>'), "far from the last|shows the last|second reader"),
        (".price, .amount", changed(NEW.replace("cost", "price"), {"Copper kettle": "41.00"}), "only a guess"),
        (".cost, .amount", changed(NEW, {"Copper kettle": "41.00"}, linked="43.00"), "a second reader finds 43.00"),
        (".cost, .amount", changed(NEW.replace("$", "€"), {"Copper kettle": "39.50"}), "finds EUR"),
        (".cost, .amount", changed(NEW, {"Copper kettle": "395.00"}, linked="395.00"), "far from the last"),
        (".cost, .amount", [], "no changed page"),
    ],
)
def test_a_recipe_that_is_not_proven_is_refused(css: str, new: list[ChangedPage], why: str) -> None:
    proof = prove(recipe(css), known(), new)

    assert proof.recipe is None
    assert any(part in proof.detail for part in why.split("|")), proof.detail


def test_a_page_that_speaks_of_another_article_proves_nothing() -> None:
    page = changed(NEW, {"Copper kettle": "39.50"})[0]
    other = ChangedPage(
        body=page.body.replace(b"Copper kettle", b"All our offers"),
        url=page.url,
        last_price=page.last_price,
        title=page.title,
    )

    assert "no longer speaks" in prove(recipe(".cost, .amount"), known(), [other]).detail


def test_without_stored_pages_nothing_is_proven() -> None:
    assert mend("x", [], changed(NEW)).recipe is None


class Guesser:
    """Proposes what it is told to, as somebody who cannot be relied on would."""

    def __init__(self, *selectors: str) -> None:
        self._selectors = selectors

    def propose(self, name: str, known: Sequence[KnownPage], changed: Sequence[ChangedPage]) -> Iterable[Recipe]:
        assert name
        assert known
        assert changed
        return [recipe(css) for css in self._selectors]


def test_whoever_proposes_is_held_to_the_same_proof() -> None:
    new = changed(NEW)

    assert mend("x", known(), new, [Guesser(".related b", "h1", ".ship")]).recipe is None
    assert mend("x", known(), new, [Guesser(".related b"), Guesser(".cost, .buy .amount")]).recipe is not None


def test_the_same_pages_give_the_same_recipe() -> None:
    assert mend("x", known(), changed(NEW)) == mend("x", known(), changed(NEW))
