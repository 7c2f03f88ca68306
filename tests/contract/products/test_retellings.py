"""Telling products again, in MongoDB: each batch in one with how far it brings the job, and through its door."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from products.adapters.mongo_catalogue import MongoCatalogue
from products.adapters.mongo_retellings import RETELL, MongoRetellings
from products.adapters.mongo_shops import MongoShops
from products.usecases import retell
from products.usecases.ports import Catalogue
from products.usecases.retell import Retelling, TellAgain
from shared.contracts.envelope import Event
from shared.kernel.errors import Unavailable
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.events import body_of, sample, with_bodies
from tests.builders.products import MONDAY, a_draft, a_shop, an_origin
from tests.fakes.cloud import FakeCloud
from tests.fakes.doors import Doors
from tests.fakes.pricing import FakeStops
from tests.fakes.products import FakeCatalogue
from tests.fakes.runs import Run

WANTED = body_of(sample("sqs_facts_wanted"))
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
FILE = "sku,name,price\n" + "".join(f"S{place},Thing,{place}.50\n" for place in range(7))
SHOP = {
    "shop_id": "demo-eu",
    "name": "Demo",
    "currency": "EUR",
    "country": "LV",
    "timezone": "Europe/Riga",
    "tax_basis": "including",
}


def told_again(cloud: FakeCloud) -> dict[str, dict[str, Any]]:
    """The events that tell products again, by id: one that leaves twice is one."""
    return {one["id"]: one for one in cloud.facts("products.products-changed") if one["again"]}


def skus(events: Mapping[str, dict[str, Any]]) -> list[str]:
    """Whose facts they tell."""
    return sorted(one["sku"] for event in events.values() for one in event["products"])


def of_job(cloud: FakeCloud) -> dict[str, dict[str, Any]]:
    """What was told of the job, by event id."""
    return {one["id"]: one for one in cloud.events() if one["type"].startswith("jobs.") and one["job_id"] == "job"}


@pytest.fixture(params=["fake", "mongodb"])
def catalogue(request: pytest.FixtureRequest, cloud: FakeCloud) -> Catalogue:
    """The catalogue under test."""
    if request.param == "fake":
        return FakeCatalogue()
    assert cloud.told == []
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("products")
    return MongoCatalogue(mongo, Outbox(mongo, "products", bus="bus"))


def test_a_shops_products_are_counted_and_read_in_the_order_of_their_ids(catalogue: Catalogue, run: Run) -> None:
    drafts = [a_draft(f"S{place}") for place in range(5)]
    for changes in ({}, {"shop_id": "other"}, {"organisation_id": "rival"}):
        run(catalogue.take_in(drafts, an_origin(**changes)))

    first = run(catalogue.following("org", "demo-eu", "", 3))
    rest = run(catalogue.following("org", "demo-eu", first[-1].product_id, 3))

    ids = [one.product_id for one in [*first, *rest]]
    assert (len(first), len(rest), ids) == (3, 2, sorted(ids))
    assert {(one.organisation_id, one.shop_id) for one in [*first, *rest]} == {("org", "demo-eu")}
    assert [run(catalogue.count(*whose)) for whose in [("org", "demo-eu"), ("org", "x"), ("who", "demo-eu")]] == [
        5,
        0,
        0,
    ]


class _Dying(Outbox):
    """An outbox that takes so many messages until its worker dies."""

    left = 0

    async def add(
        self, events: Sequence[Event], session: Session, *, to: str | None = None, group: str | None = None
    ) -> None:
        if self.left == 0:
            raise Unavailable("the worker died")
        self.left -= 1
        await super().add(events, session, to=to, group=group)


def _work(mongo: Mongo, outbox: Outbox) -> TellAgain:
    return TellAgain(
        shops=MongoShops(mongo),
        catalogue=MongoCatalogue(mongo, outbox),
        retellings=MongoRetellings(mongo, outbox),
        stops=FakeStops(),
        clock=lambda: MONDAY,
    )


@pytest.fixture
def shop(store: Callable[[str], Mongo], cloud: FakeCloud, run: Run, monkeypatch: pytest.MonkeyPatch) -> Mongo:
    """A shop of seven products, told two at once."""
    monkeypatch.setattr(retell, "PRODUCTS_AT_ONCE", 2)
    mongo = store("products")
    run(MongoShops(mongo).add(a_shop()))
    drafts = [a_draft(f"S{place}") for place in range(7)]
    run(MongoCatalogue(mongo, Outbox(mongo, "products", bus="bus")).take_in(drafts, an_origin()))
    assert told_again(cloud) == {}
    return mongo


@pytest.mark.parametrize("steps", range(6))
def test_a_worker_that_dies_anywhere_loses_nothing_and_counts_nothing_twice(
    steps: int, shop: Mongo, cloud: FakeCloud, run: Run
) -> None:
    dying = _Dying(shop, "products", bus="bus", queues={RETELL: Queue("retell")})
    dying.left = steps
    with pytest.raises(Unavailable):
        run(_work(shop, dying)("org", "job", "demo-eu", lambda: True))

    run(_work(shop, Outbox(shop, "products", bus="bus"))("org", "job", "demo-eu", lambda: True))

    assert skus(told_again(cloud)) == [f"S{place}" for place in range(7)]
    news = of_job(cloud).values()
    assert sum(one["done"] for one in news if one["type"] == "jobs.job-progressed") == 7
    assert [one["items"] for one in news if one["type"] == "jobs.job-planned"] == [7]
    assert [one["outcome"] for one in news if one["type"] == "jobs.job-ended"] == ["completed"]


def test_two_workers_at_once_tell_each_product_once(shop: Mongo, cloud: FakeCloud, run: Run) -> None:
    work = _work(shop, Outbox(shop, "products", bus="bus"))

    async def both() -> None:
        await asyncio.gather(*[work("org", "job", "demo-eu", lambda: True) for _ in range(2)])

    run(both())

    assert skus(told_again(cloud)) == [f"S{place}" for place in range(7)]
    news = of_job(cloud).values()
    assert sum(one["done"] for one in news if one["type"] == "jobs.job-progressed") == 7


def test_two_organisations_jobs_of_one_id_know_nothing_of_each_other(shop: Mongo, cloud: FakeCloud, run: Run) -> None:
    retellings = MongoRetellings(shop, Outbox(shop, "products", bus="bus"))
    own = Retelling(job_id="job", organisation_id="org", shop_id="demo-eu", began_at=MONDAY)
    theirs = replace(own, organisation_id="rival", shop_id="theirs")

    begun = [run(retellings.begin(one, 7)) for one in (own, theirs)]
    run(retellings.stop(theirs, MONDAY))
    again = run(retellings.begin(replace(own, began_at=MONDAY + timedelta(hours=1)), 9))

    assert (begun, again) == ([own, theirs], own)
    assert [one["items"] for one in cloud.facts("jobs.job-planned")] == [7, 7]


def _catalogue(doors: Doors, organisation_id: str) -> None:
    api = doors.api("products")
    assert api.ask("POST", "/products/shops", SHOP, organisation_id=organisation_id).status == 201
    path = "/products/shops/demo-eu/imports"
    assert api.ask("POST", path, FILE, content_type="text/csv", organisation_id=organisation_id).status == 201


def test_the_door_tells_the_shop_of_the_asking_organisation_and_the_job(doors: Doors) -> None:
    for organisation_id in ("org", "rival"):
        _catalogue(doors, organisation_id)
    door = doors.open("products", "retell")
    wanted = WANTED | {"organisation_id": "org", "shop_id": "demo-eu", "job_id": "job"}

    answers = [door(with_bodies(sample("sqs_facts_wanted"), [wanted])) for _ in range(2)]

    events = told_again(doors.cloud)
    assert answers == [NOTHING_FAILED] * 2
    assert {one["organisation_id"] for one in events.values()} == {"org"}
    assert skus(events) == [f"S{place}" for place in range(7)]
    kinds = [one["type"] for one in of_job(doors.cloud).values()]
    assert kinds == ["jobs.job-planned", "jobs.job-progressed", "jobs.job-ended"]


def test_the_door_asks_itself_for_the_rest_and_the_relay_knows_the_way(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retell, "PRODUCTS_AT_ONCE", 3)
    monkeypatch.setattr(retell, "PRODUCTS_FOR_A_MESSAGE", 3)
    _catalogue(doors, "org")
    door = doors.open("products", "retell")
    wanted = WANTED | {"organisation_id": "org", "shop_id": "demo-eu", "job_id": "job"}
    doors.cloud.down |= {"sqs"}
    assert door(with_bodies(sample("sqs_facts_wanted"), [wanted])) == NOTHING_FAILED
    doors.cloud.down.clear()
    assert skus(told_again(doors.cloud)) != [f"S{place}" for place in range(7)]

    doors.open("products", "relay")(sample("schedule_tick"))
    taken = 0
    while messages := doors.cloud.messages("retell")[taken:]:
        assert door(with_bodies(sample("sqs_facts_wanted"), messages)) == NOTHING_FAILED
        taken += len(messages)

    assert taken == 2
    assert skus(told_again(doors.cloud)) == [f"S{place}" for place in range(7)]


def test_a_wrong_shop_ends_the_job_with_its_named_reason(doors: Doors) -> None:
    door = doors.open("products", "retell")

    answers = [door(sample("sqs_facts_wanted")) for _ in range(2)]

    ended = {one["id"]: one for one in doors.cloud.facts("jobs.job-ended")}
    (reason,) = ended.values()
    assert answers == [NOTHING_FAILED] * 2
    assert (reason["job_id"], reason["outcome"]) == ("job_sample", "failed")
    assert reason["detail"].startswith("products/shop-not-found: no shop «main»")


def test_a_job_that_was_cancelled_tells_no_more(doors: Doors) -> None:
    _catalogue(doors, "org")
    doors.cloud.stop("org", "job")
    wanted = WANTED | {"organisation_id": "org", "shop_id": "demo-eu", "job_id": "job"}

    assert (
        doors.open("products", "retell")(with_bodies(sample("sqs_facts_wanted"), [json.dumps(wanted)]))
        == NOTHING_FAILED
    )

    assert told_again(doors.cloud) == {}
