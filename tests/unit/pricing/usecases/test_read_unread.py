"""A second look at a kept page: told when the page proves it, and otherwise ended by name."""

import asyncio
from dataclasses import dataclass, field

import pytest

from pricing.adapters.page_opening import opened
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.quotes import Quotes, Ungrounded
from pricing.usecases.looks import Look, PageAsked
from pricing.usecases.read_unread import Ended, OpenedPage, ReadUnread, Silence, UnreadPage
from tests.builders.pricing import MONDAY

PAGE = "<html lang='de'><body><h1>Kettle</h1><p>Nur 94,90 €</p></body></html>"
UNREAD = UnreadPage(
    page=PageAsked(offer_id="off", product_id="prd", competitor_id="c1", url="https://c1.example/p"),
    captured_at=MONDAY,
    snapshot="kept",
    page_hash="hash",
)


@dataclass
class World:
    """One kept page, a model that says something of every page, and what was told."""

    says: Quotes | Silence
    html: str = PAGE
    told: list[Look] = field(default_factory=list)
    asked: list[OpenedPage] = field(default_factory=list)

    async def get(self, snapshot: str) -> Fetched | None:
        body = self.html.encode()
        return Fetched(outcome=Fetch.FETCHED, url=UNREAD.page.url, body=body) if snapshot == "kept" else None

    async def quotes(self, page: OpenedPage) -> Quotes | Silence:
        self.asked.append(page)
        return self.says

    async def tell(self, look: Look) -> None:
        self.told.append(look)

    def read(self, unread: UnreadPage = UNREAD) -> Ended:
        return asyncio.run(ReadUnread(pages=self, opened=opened, model=self)(unread, self))


def test_what_the_page_proves_is_told_as_a_look_at_the_same_moment() -> None:
    world = World(Quotes(price_text="94,90 €"))

    assert world.read() is None

    (look,) = world.told
    assert look.reading is not None
    assert (look.outcome, look.captured_at, look.snapshot, look.page_hash) == ("read", MONDAY, "kept", "hash")
    assert (f"{look.reading.item_price}", look.reading.currency) == ("94.90", "EUR")
    assert world.asked[0].text == "Kettle\nNur 94,90 €"


@pytest.mark.parametrize(
    "says",
    [
        Quotes(),
        Quotes(price_text="1,00 €"),
        Quotes(price_text="94,90"[1:]),
        Silence.NOT_CONFIGURED,
        Silence.UNAVAILABLE,
    ],
)
def test_whatever_else_it_says_nothing_is_told(says: Quotes | Silence) -> None:
    world = World(says)

    ended = world.read()

    assert ended is not None
    assert ended == says or isinstance(ended, Ungrounded)
    assert world.told == []


def test_a_page_that_is_gone_or_empty_costs_no_question() -> None:
    world = World(Quotes(price_text="94,90 €"), html="<html><body></body></html>")
    gone = UnreadPage(page=UNREAD.page, captured_at=MONDAY, snapshot="gone", page_hash=None)

    assert (world.read(gone), world.read()) == (Silence.PAGE_GONE, Silence.NO_TEXT)
    assert (world.told, world.asked) == ([], [])
