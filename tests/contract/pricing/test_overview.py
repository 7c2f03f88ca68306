"""The overview: counted in MongoDB from indexes, kept in Valkey, given stale while the database is gone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import valkey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing.adapters.documents import offer_document
from pricing.adapters.mongo_changes import change_document
from pricing.adapters.mongo_gauges import MongoGauges
from pricing.adapters.mongo_market import MongoCompetitors, MongoOffers
from pricing.adapters.mongo_overview import (
    MongoOverview,
    offers_pipeline,
    products_pipeline,
    states_pipeline,
)
from pricing.domain.market import Offer
from pricing.domain.price_change import State
from pricing.usecases.overview import STALE_AFTER, Overview
from shared.runtime.mongo import Document, Mongo
from tests.builders.pricing import MONDAY, a_change, a_competitor, a_run, an_observation, an_offer
from tests.fakes.doors import Doors
from tests.fakes.runs import Run

HOUR = timedelta(hours=1)
CUT = MONDAY - STALE_AFTER
WHOLE = "prices:read"


@pytest.fixture
def mongo(store: Callable[[str], Mongo]) -> Mongo:
    return store("pricing")


def looked(offer_id: str, read: int | None, failed: int | None = None, **changes: Any) -> Offer:
    """An offer that was read, and whose look failed, so many hours before Monday."""
    offer = replace(an_offer("9.99", offer_id=offer_id), **changes)
    seen = None if read is None else an_observation("9.99", captured_at=MONDAY - read * HOUR)
    miss = None if failed is None else an_observation("9.99", outcome="blocked", captured_at=MONDAY - failed * HOUR)
    return replace(offer, latest=seen, last_failure=miss)


def keep(mongo: Mongo, run: Run, offers: Sequence[Offer]) -> None:
    run(MongoOffers(mongo).add(offers))


def count(mongo: Mongo, run: Run, organisation_id: str = "org") -> Overview:
    found: Overview = run(MongoOverview(mongo).count(organisation_id, CUT))
    return found


def put(mongo: Mongo, run: Run, collection: str, document: Document) -> None:
    run(mongo.collection(collection).insert_one(document))


def ran(mongo: Mongo, run: Run, run_id: str, hours: int, **changes: Any) -> None:
    ended = {"state": "FINISHED", "finished_at": MONDAY - hours * HOUR, "reasons": {"NO_CHANGE": hours}}
    fields = {name: getattr(a_run(), name) for name in a_run().__slots__} | ended | changes | {"run_id": run_id}
    put(mongo, run, "runs", fields | {"_id": run_id})


def test_an_organisation_without_anything_has_zeros_and_no_ages(mongo: Mongo, run: Run) -> None:
    found = count(mongo, run)

    assert (found.offers, found.share_failing, found.share_stale) == (0, 0.0, 0.0)
    assert (found.newest_look, found.oldest_look, found.newest_run, found.price_changes) == (None, None, None, {})


def test_everything_is_counted_and_anothers_is_not(mongo: Mongo, run: Run) -> None:
    run(MongoCompetitors(mongo).add(a_competitor()))
    run(MongoCompetitors(mongo).add(a_competitor(organisation_id="rival", competitor_id="c2")))
    offers = [
        looked("a", 1),
        looked("b", 30),
        looked("c", 2, 1, product_id="p2"),
        looked("d", None, 5),
        looked("e", None),
    ]
    keep(mongo, run, [*offers, looked("f", 99, 1, organisation_id="rival")])
    for place, state in enumerate((State.PROPOSED, State.PROPOSED, State.APPLIED)):
        put(mongo, run, "price_changes", change_document(a_change(change_id=f"c{place}", state=state)))
    put(mongo, run, "price_changes", change_document(a_change(change_id="r", organisation_id="rival")))
    ran(mongo, run, "run_old", 9)
    ran(mongo, run, "run_new", 2)
    ran(mongo, run, "run_cancelled", 1, state="CANCELLED")
    ran(mongo, run, "run_rival", 1, organisation_id="rival")

    found, rival = count(mongo, run), count(mongo, run, "rival")

    assert (found.products_monitored, found.competitors, found.offers) == (2, 1, 5)
    assert (found.offers_failing, found.offers_never_read, found.offers_stale) == (2, 2, 3)
    assert (found.share_failing, found.share_stale) == (0.4, 0.6)
    assert (found.newest_look, found.oldest_look) == (MONDAY - HOUR, MONDAY - 30 * HOUR)
    assert found.price_changes == {"APPLIED": 1, "PROPOSED": 2}
    assert found.newest_run is not None
    assert (found.newest_run.run_id, found.newest_run.decisions) == ("run_new", {"NO_CHANGE": 2})
    assert (rival.offers, rival.offers_failing, rival.price_changes) == (1, 1, {"PROPOSED": 1})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.none() | st.integers(0, 60)] * 2), max_size=12))
def test_the_counts_are_what_counting_by_hand_gives(mongo: Mongo, run: Run, looks: list[tuple[Any, Any]]) -> None:
    run(mongo.collection("offers").delete_many({}))
    offers = [looked(f"o{place}", read, failed) for place, (read, failed) in enumerate(looks)]
    keep(mongo, run, offers)

    found = count(mongo, run)

    def fails(offer: Offer) -> bool:
        last, seen = offer.last_failure, offer.latest
        return last is not None and (seen is None or last.captured_at > seen.captured_at)

    assert found.offers_failing == sum(map(fails, offers))
    assert found.offers_never_read == sum(one.latest is None for one in offers)
    assert found.offers_stale == sum(one.latest is None or one.latest.captured_at < CUT for one in offers)


def stages(plan: Any) -> Iterator[str]:
    """Every stage that a plan names."""
    if isinstance(plan, dict):
        yield from (str(value) for key, value in plan.items() if key == "stage")
        for value in plan.values():
            yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)


@pytest.mark.parametrize(
    ("collection", "pipeline"),
    [
        ("offers", offers_pipeline("org", CUT)),
        ("offers", products_pipeline("org")),
        ("price_changes", states_pipeline("org")),
        ("runs", [{"$match": {"organisation_id": "org", "state": "FINISHED"}}, {"$sort": {"finished_at": -1}}]),
        ("price_changes", [{"$match": {"organisation_id": "org"}}, {"$sort": {"decided_at": -1}}, {"$limit": 1}]),
        ("competitors", [{"$match": {"organisation_id": "org"}}, {"$count": "all"}]),
    ],
)
def test_nothing_is_counted_by_reading_a_whole_collection(
    mongo: Mongo, run: Run, collection: str, pipeline: list[Document]
) -> None:
    put(mongo, run, collection, {"_id": "x", "organisation_id": "org"})
    aggregate = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}

    plan = run(mongo.database.command("explain", aggregate, verbosity="queryPlanner"))

    found = set(stages(plan))
    assert found & {"IXSCAN", "DISTINCT_SCAN", "COUNT_SCAN"}, plan
    assert "COLLSCAN" not in found


def test_the_version_changes_with_what_people_do_and_with_nothing_else(mongo: Mongo, run: Run) -> None:
    def version(organisation_id: str = "org") -> str:
        told: str = run(MongoOverview(mongo).version(organisation_id))
        return told

    versions = [version()]
    ran(mongo, run, "run_1", 9)
    versions.append(version())
    put(mongo, run, "price_changes", change_document(a_change(decided_at=MONDAY)))
    versions.append(version())
    keep(mongo, run, [looked("a", 1)])
    ran(mongo, run, "run_rival", 1, organisation_id="rival")

    assert len(set(versions)) == 3
    assert version() == versions[-1]
    assert version("rival") != version()


def test_gauges_are_the_overviews_numbers_at_this_moment(mongo: Mongo, run: Run) -> None:
    keep(mongo, run, [looked("a", 1), looked("b", 30, 2)])
    put(mongo, run, "price_changes", change_document(a_change()))
    ran(mongo, run, "run_1", 9)

    found = run(MongoGauges(mongo, lambda: MONDAY)("org"))

    told = {(one.name.removeprefix("omnipricex_"), *one.labels.values()): one.value for one in found}
    nowhere: dict[tuple[str, ...], float] = {
        ("offer_states", state): 0 for state in ("lost", "quarantined", "failing", "never_read")
    }
    assert told == nowhere | {
        ("products",): 1,
        ("offers",): 2,
        ("offers_failing",): 1,
        ("look_newest_seconds",): 3600,
        ("look_oldest_seconds",): 30 * 3600,
        ("offer_states", "fresh"): 1,
        ("offer_states", "stale"): 1,
        ("price_changes", "PROPOSED"): 1,
        ("decisions", "NO_CHANGE"): 9,
        ("outbox_waiting", "pricing"): 0,
        ("outbox_oldest_seconds", "pricing"): 0,
    }


def test_over_http_it_is_kept_and_given_stale_while_the_database_is_gone(
    doors: Doors, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect: Callable[..., Any] = valkey.from_url
    connect(valkey_url).flushdb()
    monkeypatch.setenv("VALKEY_URL", valkey_url)
    api = doors.api("pricing")
    first = api.ask("GET", "/pricing/overview", scopes=WHOLE)
    doors.database["offers"].insert_one(offer_document(looked("a", 1)))

    second = api.ask("GET", "/pricing/overview", scopes=WHOLE)
    rival = api.ask("GET", "/pricing/overview", scopes=WHOLE, organisation_id="rival")
    doors.lose_database()
    lost = doors.api("pricing")
    third, stranger = (
        lost.ask("GET", "/pricing/overview", scopes=WHOLE, organisation_id=one) for one in ("org", "new")
    )

    assert (first.status, first.json["offers"], first.json["stale"]) == (200, 0, False)
    assert "fwd=miss" in first.headers["cache-status"]
    assert second.json == first.json
    assert "; hit; " in second.headers["cache-status"]
    assert (rival.json["offers"], "fwd=miss" in rival.headers["cache-status"]) == (0, True)
    assert third.json == first.json | {"stale": True}
    assert "fwd=stale" in third.headers["cache-status"]
    assert int(third.headers["age"]) >= 0
    assert stranger.status == 503


def test_without_valkey_it_is_counted_each_time(doors: Doors) -> None:
    api = doors.api("pricing")
    before = api.ask("GET", "/pricing/overview", scopes=WHOLE).json["offers"]
    doors.database["offers"].insert_one(offer_document(looked("a", 1)))

    after = api.ask("GET", "/pricing/overview", scopes=WHOLE)

    assert (before, after.json["offers"]) == (0, 1)
    assert "fwd=bypass" in after.headers["cache-status"]
