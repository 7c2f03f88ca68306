"""The function that reads kept pages: recipes followed, readings repeated, proposals proven."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.domain.fetched import Fetch, Fetched
from shared.runtime.loop import the_loop
from tests.fakes.doors import Doors

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
GONE = f"snapshots/2026-03-02/{'0' * 64}#0-1"
PAGE = {"offer_id": "off", "product_id": "prd", "competitor_id": "c1", "url": "https://c1.example/p/1"}


def html(price: str, *, name: str = "Lamp", place: str = "now", structured: bool = False) -> bytes:
    """A product's page; `place` is what its price is called."""
    script = (
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Product","name":"{name}",'
        f'"offers":{{"@type":"Offer","price":"{price}","priceCurrency":"EUR",'
        f'"availability":"https://schema.org/InStock"}}}}</script>'
    )
    return (
        f'<!doctype html><html lang="en"><head><title>{name}</title>{script if structured else ""}</head><body>'
        f'<main><h1>{name}</h1><div class="box"><b class="{place}">{price} EUR</b></div>'
        f'<button>Add to cart</button></main><p class="note">Delivery 4.99 EUR</p></body></html>'
    ).encode()


def kept(*pages: bytes) -> list[str]:
    """Keep pages as a scan does; returns where they lie."""
    asyncio.set_event_loop(the_loop())
    fetched = [
        Fetched(outcome=Fetch.FETCHED, url=f"https://c1.example/p/{place}", packed=page, content_type="text/html")
        for place, page in enumerate(pages)
    ]
    places: Sequence[str | None] = the_loop().run_until_complete(S3Snapshots("bucket", lambda: NOW).keep(fetched))
    return [str(one) for one in places]


def recipe(css: str) -> dict[str, Any]:
    return {"name": "c1 pages", "version": 3, "selectors": [{"field": "item_price", "css": css}]}


@pytest.fixture
def ask(doors: Doors) -> Any:
    """Invoke the door."""
    return doors.open("pricing", "stored_pages")


def test_a_recipe_is_followed_on_each_kept_page_and_each_failing_selector_is_named(ask: Any) -> None:
    good, bad = kept(html("19.90"), html("29.90", place="then"))

    answered = ask({"action": "follow", "recipe": recipe(".now"), "snapshots": [good, bad, GONE]})

    first, second, gone = answered["pages"]
    assert (first["kept"], first["values"], first["faults"]) == (True, {"item_price": "19.90"}, [])
    assert (second["kept"], second["values"]) == (True, {})
    assert [(one["field"], one["why"]) for one in second["faults"]] == [("item_price", "the selector matches nothing")]
    assert (gone["snapshot"], gone["kept"], gone["values"]) == (GONE, False, {})


def test_a_past_reading_is_repeated_with_the_recipe_of_that_time(ask: Any) -> None:
    (place,) = kept(html("1,099.00", structured=False))
    question = {"action": "read", "snapshot": place, "page": PAGE, "captured_at": "2026-03-02T06:00:00Z"}

    reading = ask(question | {"recipe": recipe(".now")})["reading"]

    assert (reading["outcome"], reading["item_price"], reading["currency"]) == ("read", "1099.00", "EUR")
    assert (reading["recipe"], reading["offer_id"]) == ("c1 pages@3", "off")
    assert ask(question | {"snapshot": GONE})["reading"] is None


def test_a_proposal_finds_every_trusted_price_and_agrees_on_the_changed_pages(ask: Any) -> None:
    prices = ("19.90", "29.90", "39.90", "49.90")
    old = kept(*(html(price, name=f"Lamp {place}") for place, price in enumerate(prices)))
    new = kept(*(html(price, name=f"Lamp {place}", place="p-2026") for place, price in enumerate(prices)))

    def told(places: list[str]) -> list[dict[str, Any]]:
        return [
            {"snapshot": one, "item_price": price, "currency": "EUR", "title": f"Lamp {place}"}
            for place, (one, price) in enumerate(zip(places, prices, strict=True))
        ]

    answered = ask({"action": "propose", "name": "c1.example pages", "known": told(old), "changed": told(new)})

    assert answered["recipe"] is not None, answered["detail"]
    assert (answered["known"], answered["reproduced"], answered["changed"], answered["agreed"]) == (4, 4, 4, 4)
    again = ask({"action": "follow", "recipe": answered["recipe"], "snapshots": [*old, *new]})
    assert [one["values"]["item_price"] for one in again["pages"]] == [*prices, *prices]


def test_without_a_page_that_is_kept_nothing_is_proposed(ask: Any) -> None:
    gone = {"snapshot": GONE, "item_price": "1.00", "currency": "EUR", "title": "Lamp"}

    answered = ask({"action": "propose", "name": "c1.example pages", "known": [gone], "changed": [gone]})

    assert (answered["recipe"], answered["known"]) == (None, 0)
    assert answered["detail"]
