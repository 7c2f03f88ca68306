"""What a look brought, as its message says it."""

import pytest

from pricing.adapters.sqs_observed import reading_of
from pricing.domain.fetched import Fetch, Fetched
from pricing.usecases.looks import Look, PageAsked
from tests.builders.pricing import MONDAY

URL = "https://c1.example/p"


def a_look(outcome: str, fetch: Fetch) -> Look:
    page = PageAsked(
        offer_id="off", product_id="prd", competitor_id="c1", url=URL, etag='W/"1"', last_modified="yesterday"
    )
    fetched = Fetched(outcome=fetch, url=URL, etag='"1"')
    return Look(page=page, captured_at=MONDAY, outcome=outcome, detail="", fetched=fetched, reading=None)


@pytest.mark.parametrize(
    ("outcome", "fetch", "asked"),
    [
        ("unchanged", Fetch.NOT_MODIFIED, ('W/"1"', "yesterday")),
        ("no_price", Fetch.FETCHED, (None, None)),
        ("timeout", Fetch.TIMEOUT, (None, None)),
    ],
)
def test_what_a_server_was_asked_about_is_told_when_it_says_that_nothing_changed(
    outcome: str, fetch: Fetch, asked: tuple[str | None, str | None]
) -> None:
    told = reading_of(a_look(outcome, fetch))

    assert (told.asked_etag, told.asked_last_modified) == asked
    assert told.etag == '"1"'
