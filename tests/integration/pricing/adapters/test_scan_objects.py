"""What the scanner lays down in the bucket and sends to queues: pages, a lane's memory, looks, pages for later."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.market.model import Style, address_of
from local.market.pages import product_page
from local.market.sample import sample_market
from pricing.adapters.messages import observation_of
from pricing.adapters.page_reading import read_fetched
from pricing.adapters.pages_later import PagesLater
from pricing.adapters.s3_lane_memory import S3LaneMemory
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.adapters.sqs_observed import MOST_BYTES, MOST_READINGS, SqsObserved
from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.reading import READERS_VERSION, Reader, Reading, Vote
from pricing.usecases.looks import Look, PageAsked
from shared.contracts.pricing import PagesRead, PagesToScan, PageToScan, RecipeSelector, StoreRecipe
from shared.runtime import aws
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY
from tests.fakes.cloud import FakeCloud

MARKET = sample_market()
PRICE = Decimal("94.90")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    made = FakeCloud()
    monkeypatch.setattr(aws, "client", made.client)
    aws.remote.cache_clear()
    yield made
    aws.remote.cache_clear()


def page_of(place: int, encoding: str = "gzip", charset: str = "utf-8") -> Fetched:
    shop = replace(MARKET.shops[place % len(MARKET.shops)], style=list(Style)[place % len(Style)])
    item = shop.items[place % len(shop.items)]
    html = product_page(shop, item, MARKET.quote(shop, item, 3.0))
    if charset != "utf-8":
        html = html.replace('<meta charset="utf-8">', "")
    body = html.encode(charset, "replace")
    packed = gzip.compress(body, 6) if encoding else body
    kind = f"text/html; charset={charset}"
    url = address_of(shop, item)
    return Fetched(outcome=Fetch.FETCHED, url=url, body=body, content_type=kind, packed=packed, encoding=encoding)


def snapshots() -> S3Snapshots:
    return S3Snapshots("work", lambda: MONDAY)


def kept(*pages: Fetched) -> list[str]:
    places = asyncio.run(snapshots().keep([replace(page, body=b"") for page in pages]))
    assert all(place is not None for place in places)
    return [str(place) for place in places]


@pytest.mark.usefixtures("cloud")
def test_a_past_reading_can_be_repeated() -> None:
    pages = [
        page_of(place, "" if place % 3 else "gzip", "cp1252" if place % 4 == 0 else "utf-8") for place in range(12)
    ]

    places = kept(*pages)

    again = [asyncio.run(snapshots().get(place)) for place in places]
    assert [one and (one.body, one.url, one.content_type) for one in again] == [
        (page.body, page.url, page.content_type) for page in pages
    ]
    readings = [read_fetched(page) for page in pages]
    assert [one and read_fetched(one) for one in again] == readings
    assert all(isinstance(one, Reading) for one in readings)


def test_pages_of_one_time_are_one_object_named_by_its_content_and_each_page_is_in_it_once(cloud: FakeCloud) -> None:
    one, other = page_of(1), page_of(2)

    first, second, third = kept(one, other, one)
    again = kept(one, other, one)

    (key,) = cloud.objects
    assert first == third != second
    assert {place.partition("#")[0] for place in (first, second)} == {key}
    assert key.startswith(f"snapshots/{MONDAY:%Y-%m-%d}/")
    assert again == [first, second, third]
    assert len(cloud.objects[key]) < 1.2 * (len(one.packed) + len(other.packed)) + 600


def test_a_bucket_that_is_down_costs_a_page_its_place_and_nothing_else(cloud: FakeCloud) -> None:
    cloud.down.add("s3")

    assert asyncio.run(snapshots().keep([page_of(1), page_of(2)])) == [None, None]


@pytest.mark.parametrize(
    "place", [f"snapshots/2026-11-23/{'0' * 64}#0-10", "claims/org/1#0-10", "../x", f"snapshots/2026-11-23/{'0' * 64}"]
)
def test_what_is_not_kept_or_no_page_is_none(place: str, cloud: FakeCloud) -> None:
    cloud.objects["claims/org/1"] = b"a body of ours"

    assert asyncio.run(snapshots().get(place)) is None


@pytest.mark.usefixtures("cloud")
def test_a_lane_s_memory_outlives_the_process() -> None:
    until = {"a.example": MONDAY + timedelta(hours=1)}

    asyncio.run(S3LaneMemory("work").keep(3, until))

    assert asyncio.run(S3LaneMemory("work").recall(3)) == until
    assert asyncio.run(S3LaneMemory("work").recall(4)) == {}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a.example": 7}', b'{"a.example": "soon"}'])
def test_a_memory_that_cannot_be_read_is_forgotten(content: bytes, cloud: FakeCloud) -> None:
    cloud.objects["lanes/3.json"] = content

    assert asyncio.run(S3LaneMemory("work").recall(3)) == {}


def test_a_lane_works_without_its_memory(cloud: FakeCloud) -> None:
    cloud.down.add("s3")

    asyncio.run(S3LaneMemory("work").keep(3, {"a.example": MONDAY}))

    assert asyncio.run(S3LaneMemory("work").recall(3)) == {}


def asked(place: int) -> PageAsked:
    url = f"https://c{place % 3}.example/{place}"
    return PageAsked(offer_id=f"o{place}", product_id="prd", competitor_id=f"c{place % 3}", url=url)


RECIPE = StoreRecipe(name="shop", version=1, selectors=(RecipeSelector(field="item_price", css=".p"),))


def request_of(*pages: PageAsked) -> PagesToScan:
    return PagesToScan(
        id="msg",
        occurred_at=MONDAY,
        correlation_id="job",
        organisation_id="org",
        job_id="job",
        lane=3,
        part="0",
        pages=tuple(
            PageToScan(offer_id=one.offer_id, product_id="prd", competitor_id="c0", url=one.url) for one in pages
        ),
        recipes={"c0": RECIPE, "c1": RECIPE},
    )


def observed() -> SqsObserved:
    return SqsObserved(Queue("observed"), PagesLater(Queue("later"), lambda: MONDAY), request_of(asked(0)))


def look(place: int, **changes: Any) -> Look:
    page = asked(place)
    fetched = Fetched(outcome=Fetch.FETCHED, url=page.url, status=200, etag='"v1"', last_modified="today")
    reading = Reading(
        item_price=PRICE,
        currency="EUR",
        reader=Reader.JSON_LD,
        agreement=2,
        confidence=Decimal("0.9"),
        fulfilment="marketplace",
        promotion="10 % off with a coupon",
        pack=6,
        votes=(Vote(reader="json-ld", item_price=PRICE, currency="EUR"),),
        recipe="shop@1",
        title="t" * 2_000,
    )
    fields: dict[str, Any] = {"fetched": fetched, "reading": reading, "snapshot": "snapshots/x#0-1"} | changes
    return Look(page=page, captured_at=MONDAY, outcome="read", detail="", page_hash="0" * 64, **fields)


def test_a_look_arrives_as_an_observation_with_all_that_was_seen(cloud: FakeCloud) -> None:
    asyncio.run(observed().tell([look(1)]))

    message = PagesRead.model_validate(cloud.messages("observed")[0])
    seen = observation_of(message, message.readings[0])
    assert (seen.item_price, seen.votes) == (PRICE, (Vote(reader="json-ld", item_price=PRICE, currency="EUR"),))
    assert (seen.etag, seen.last_modified, seen.snapshot) == ('"v1"', "today", "snapshots/x#0-1")
    assert (seen.readers_version, seen.recipe, seen.pack) == (READERS_VERSION, "shop@1", 6)
    assert (seen.fulfilment, seen.promotion) == ("marketplace", "10 % off with a coupon")


def test_the_version_of_what_stands_behind_a_redirect_is_not_the_page_s(cloud: FakeCloud) -> None:
    elsewhere = replace(look(1).fetched, url="https://c1.example/moved")

    asyncio.run(observed().tell([look(1, fetched=elsewhere)]))

    (reading,) = cloud.messages("observed")[0]["readings"]
    assert "etag" not in reading
    assert "last_modified" not in reading


def test_many_looks_leave_in_messages_that_a_queue_takes_and_twice_is_once(cloud: FakeCloud) -> None:
    looks = [look(place) for place in range(230)]

    for _ in range(2):
        asyncio.run(observed().tell(looks))

    messages = cloud.messages("observed")
    half = len(messages) // 2
    assert [one["id"] for one in messages[:half]] == [one["id"] for one in messages[half:]]
    assert len({one["id"] for one in messages}) == half
    assert max(len(one["readings"]) for one in messages) <= MOST_READINGS
    assert max(len(json.dumps(one)) for one in messages) <= MOST_BYTES + 20_000
    assert [one["offer_id"] for told in messages[:half] for one in told["readings"]] == [
        f"o{place}" for place in range(230)
    ]


def test_pages_for_later_are_a_request_of_their_own_with_a_name_made_of_what_they_are(cloud: FakeCloud) -> None:
    pages, at = [replace(asked(0), pause_seconds=30.0), asked(3)], MONDAY + timedelta(seconds=40)

    for some in (pages, pages, pages[:1]):
        asyncio.run(observed().carry(some, at))

    first, second, third = (PagesToScan.model_validate(one) for one in cloud.messages("later"))
    assert first == second != third
    assert len({first.id, third.id, "msg"}) == 3
    assert (first.carried, first.not_before, first.occurred_at, first.lane) == (1, at, MONDAY, 3)
    assert [page.pause_seconds for page in first.pages] == [30.0, None]
    assert first.recipes == {"c0": RECIPE}
    assert {one["DelaySeconds"] for one in cloud.sent} == {40}
