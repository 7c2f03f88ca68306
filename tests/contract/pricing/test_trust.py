"""Doubted prices and rates: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing.adapters.documents import observation_document
from pricing.adapters.mongo_health import MongoHealth, tally_pipeline, wanted_query
from pricing.adapters.mongo_market import MongoOffers
from pricing.domain.competitor_rules import Correction, Corrections, Sellers, TaxRule, Trust
from pricing.domain.errors import CompetitorNotFound, InvalidCompetitor, NotInQuarantine, ObservationNotFound
from pricing.domain.health import OfferState, health_of, state_of
from pricing.domain.market import Normalised, Observation, Offer, Refused
from pricing.domain.rates import RateTable
from pricing.domain.reading import Vote
from pricing.domain.recording import Known, rejected, released
from pricing.usecases.data_health import Wanted
from pricing.usecases.ports import Recorded
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts
from tests.fakes.pricing import FakeHealth, FakeOffers, Kept
from tests.fakes.runs import Run

HOUR = timedelta(hours=1)
FIRST = Window(limit=2)


def unseen(offer_id: str = "off", **changes: Any) -> Offer:
    return replace(an_offer("1", offer_id=offer_id), latest=None, **changes)


def look(price: str, hours: int, offer_id: str = "off", **changes: Any) -> Observation:
    fields: dict[str, Any] = {
        "observation_id": f"obs-{offer_id}-{hours}",
        "job_id": f"job-{hours}",
        "offer_id": offer_id,
        "captured_at": MONDAY + hours * HOUR,
        "agreement": 2,
    }
    return an_observation(price, **(fields | changes))


def told(kept: Kept, run: Run, *looks: Observation, known: Known | None = None) -> list[Recorded]:
    return [
        run(kept.log.record(one.job_id, f"m-{one.observation_id}", [one], MONDAY, known or Known())) for one in looks
    ]


def offer(kept: Kept, run: Run, offer_id: str = "off", organisation_id: str = "org") -> Offer:
    (found,) = run(kept.stores.offers.some(organisation_id, [offer_id]))
    assert isinstance(found, Offer)
    return found


def test_a_doubted_price_is_kept_beside_the_one_that_stands(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))

    counted = told(kept, run, look("1149.00", 0), look("1.099", 1), look("1.099", 1))

    found = offer(kept, run)
    assert counted == [Recorded(1, 0), Recorded(1, 0, 1), Recorded(0, 0)]
    assert found.latest is not None
    assert found.quarantined is not None
    assert (found.latest.item_price, found.quarantined.item_price) == (Decimal("1149.00"), Decimal("1.099"))
    history = run(kept.stores.observations.page("org", Window(), "prd")).items
    assert [(one.quality, one.suspicions) for one in history] == [("suspicious", ("far", "jump")), ("ok", ())]


def test_a_price_that_lets_itself_through_changes_the_look_before_it_too(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))

    told(kept, run, look("100", 0), look("50", 1), look("50", 2))

    history = run(kept.stores.observations.page("org", Window(), "prd")).items
    assert [one.quality for one in history] == ["released", "released", "ok"]
    found = offer(kept, run)
    assert (found.latest, found.quarantined) == (history[0], None)
    assert run(kept.stores.quarantine.page("org", FIRST)).items == ()


def test_one_message_with_two_looks_of_one_offer_is_taken_in_turn(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))

    run(kept.log.record("job", "msg", [look("100", 0), look("50", 1), look("50", 2)], MONDAY, Known()))

    assert [one.quality for one in run(kept.stores.observations.page("org", Window(), "prd")).items] == [
        *("released", "released", "ok"),
    ]


def test_everything_that_a_look_knows_is_read_as_it_was(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))
    full = look(
        "49.90",
        0,
        etag='W/"1"',
        last_modified="Mon, 23 Nov 2026 06:00:00 GMT",
        snapshot="pages/abc",
        readers_version=3,
        recipe="shop@2",
        fulfilment="shop",
        promotion="5 % with code",
        pack=3,
        votes=(Vote(reader="json-ld", item_price=Decimal("49.90"), currency="EUR"),),
        region="10115",
        normalised=Normalised(
            item_price=Decimal("42.0168"),
            landed_price=Decimal("42.0168"),
            currency="EUR",
            tax="without 19 %",
            rate=Decimal("0.8"),
            rate_date=date(2026, 11, 20),
            quote_from=Decimal("1.25"),
            quote_to=Decimal(1),
            pack="3/1",
        ),
    )

    told(kept, run, full)

    assert run(kept.stores.observations.get("org", full.observation_id)) == full
    assert offer(kept, run).latest == full


def test_a_look_is_compared_and_judged_by_what_is_known(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))
    known = Known(
        competitors={"c1": a_competitor(trust=Trust(divergence_percent=Decimal(15)))},
        facts={"prd": some_facts("100")},
    )

    told(kept, run, look("90", 0), look("84.99", 1), known=known)

    found = offer(kept, run)
    assert found.latest is not None
    assert found.quarantined is not None
    assert found.latest.normalised == Normalised(item_price=Decimal(90), landed_price=Decimal(90), currency="EUR")
    assert found.quarantined.suspicions == ("divergence",)


def test_the_quarantine_is_listed_newest_first_and_only_its_own(kept: Kept, run: Run) -> None:
    names = ("a", "b", "c")
    run(kept.stores.offers.add([unseen(name) for name in names] + [unseen("theirs", organisation_id="rival")]))
    for place, name in enumerate(names):
        told(kept, run, look("100", 0, name), look("10", place + 1, name))
    told(kept, run, look("9", 0, "theirs", organisation_id="rival"))
    told(kept, run, look("90", 9, "theirs", organisation_id="rival"))

    first = run(kept.stores.quarantine.page("org", FIRST))
    second = run(kept.stores.quarantine.page("org", Window(limit=2, after=first.next_after)))

    assert [one.offer_id for one in (*first.items, *second.items)] == ["c", "b", "a"]
    assert second.next_after is None
    assert [one.offer_id for one in run(kept.stores.quarantine.page("rival", FIRST)).items] == ["theirs"]


def test_a_person_releases_or_rejects_once(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen("a"), unseen("b")]))
    for name in "ab":
        told(kept, run, look("1149.00", 0, name), look("1.099", 1, name))
    settle = kept.stores.quarantine.settle

    freed = [run(settle("org", "obs-a-1", released)) for _ in range(2)]
    refused = [run(settle("org", "obs-b-1", rejected)) for _ in range(2)]

    assert [one.quality for one in (*freed, *refused)] == ["released", "released", "rejected", "rejected"]
    a, b = offer(kept, run, "a"), offer(kept, run, "b")
    assert (a.latest, a.quarantined) == (freed[0], None)
    assert b.latest is not None
    assert (b.latest.item_price, b.quarantined, b.rejected) == (
        *(Decimal("1149.00"), None),
        (Refused(item_price=Decimal("1.099"), currency="EUR", landed_price=Decimal("1.099")),),
    )
    assert run(kept.stores.observations.get("org", "obs-a-1")).quality == "released"
    with pytest.raises(NotInQuarantine):
        run(settle("org", "obs-a-1", rejected))
    with pytest.raises(ObservationNotFound):
        run(settle("rival", "obs-a-1", released))
    with pytest.raises(ObservationNotFound):
        run(settle("org", "nothing", released))


def test_a_server_that_left_the_page_unchanged_confirms_what_stands(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen()]))
    nothing: dict[str, Any] = {"outcome": "unchanged", "item_price": None, "currency": None}

    counted = told(
        kept, run, look("1", 0, **nothing), look("100", 1, etag="a"), look("1", 2, asked_etag="a", **nothing)
    )

    assert counted == [Recorded(0, 1), Recorded(1, 0), Recorded(1, 0)]
    found = offer(kept, run)
    assert found.latest is not None
    assert (found.latest.outcome, found.latest.item_price, found.latest.captured_at) == (
        *("unchanged", Decimal(100), MONDAY + 2 * HOUR),
    )
    assert run(kept.stores.observations.failed_of("org", "job-0")) == ["off"]
    assert run(kept.stores.observations.failed_of("org", "job-2")) == []


def test_what_is_said_of_a_competitor_is_kept_and_of_anothers_is_not(kept: Kept, run: Run) -> None:
    competitors = kept.stores.competitors
    run(competitors.add(a_competitor()))
    run(competitors.add(a_competitor(organisation_id="rival")))
    changed = a_competitor(
        trust=Trust(jump_percent=Decimal(20), divergence_percent=Decimal(15)),
        tax=TaxRule(basis="including", rate_percent=Decimal(19)),
        corrections=Corrections(shipping=Correction(operation="add", operand=Decimal("2.50"))),
        sellers=Sellers(exclude=("grey*",), only=("Them",)),
        weight=Decimal("2.5"),
        expire_after_days=7,
    )

    returned = run(competitors.change("org", "c1", lambda _: changed))

    assert returned == changed
    assert run(competitors.get("org", "c1")) == changed
    assert run(competitors.get("rival", "c1")) == a_competitor(organisation_id="rival")
    with pytest.raises(CompetitorNotFound):
        run(competitors.change("nobody", "c1", lambda known: known))


def test_two_changes_of_a_competitor_at_once_are_both_made(kept: Kept, run: Run) -> None:
    competitors = kept.stores.competitors
    run(competitors.add(a_competitor()))
    changes: list[dict[str, Any]] = [{"name": "New"}, {"weight": Decimal(3)}, {"expire_after_days": 3}]

    async def at_once() -> None:
        await asyncio.gather(*(competitors.change("org", "c1", partial(replace, **one)) for one in changes))

    run(at_once())

    assert run(competitors.get("org", "c1")) == a_competitor(name="New", weight=Decimal(3), expire_after_days=3)


def test_a_change_that_is_refused_changes_nothing(kept: Kept, run: Run) -> None:
    competitors = kept.stores.competitors
    run(competitors.add(a_competitor()))

    with pytest.raises(InvalidCompetitor):
        run(competitors.change("org", "c1", lambda known: replace(known, trust=Trust(jump_percent=Decimal(0)))))

    assert run(competitors.get("org", "c1")) == a_competitor()


def table(day: int, usd: str, published: int = 0) -> RateTable:
    at = datetime(2026, 11, day, 15, tzinfo=UTC) + timedelta(hours=published)
    return RateTable(day=date(2026, 11, day), quotes={"USD": Decimal(usd)}, published_at=at, source="test")


def test_rates_are_kept_once_and_a_correction_beside_what_it_corrects(kept: Kept, run: Run) -> None:
    rates = kept.stores.rates
    tables = [table(16, "1.10"), table(17, "1.20"), table(18, "1.30")]

    counts = [run(rates.keep(some)) for some in (tables, tables, [table(17, "1.25", 5)], [table(17, "1.25", 5)], [])]

    assert counts == [3, 0, 1, 0, 0]
    found = run(rates.between(date(2026, 11, 17), date(2026, 11, 18)))
    assert sorted((one.day.day, str(one.quotes["USD"])) for one in found.tables) == [
        *((17, "1.20"), (17, "1.25"), (18, "1.30")),
    ]
    page = run(rates.page(FIRST))
    rest = run(rates.page(Window(limit=2, after=page.next_after)))
    assert [(one.day.day, str(one.quotes["USD"])) for one in (*page.items, *rest.items)] == [
        *((18, "1.30"), (17, "1.25"), (16, "1.10")),
    ]


def test_a_correction_that_is_taken_back_is_kept_too(kept: Kept, run: Run) -> None:
    rates = kept.stores.rates
    told = [table(17, "1.20"), table(17, "1.25", 5), table(17, "1.20", 9)]

    counts = [run(rates.keep([one])) for one in (*told, *told, table(17, "1.20", 12))]

    assert counts == [1, 1, 1, 0, 0, 0, 0]
    (newest,) = run(rates.page(FIRST)).items
    assert (newest.quotes, newest.published_at) == (told[2].quotes, told[2].published_at)
    found = run(rates.between(date(2026, 11, 17), date(2026, 11, 17)))
    conversion = found.conversion("USD", "EUR", datetime(2026, 11, 17, 20, tzinfo=UTC))
    assert conversion is not None
    assert conversion.quote_from == Decimal("1.20")


def test_a_correction_that_comes_before_what_it_corrects_still_counts(kept: Kept, run: Run) -> None:
    rates = kept.stores.rates

    counts = [run(rates.keep([one])) for one in (table(17, "1.25", 5), table(17, "1.20"))]

    assert counts == [1, 1]
    (newest,) = run(rates.page(FIRST)).items
    assert newest.quotes == {"USD": Decimal("1.25")}


def test_an_offer_of_which_one_refused_look_was_stored_is_still_read(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    run(MongoOffers(mongo).add([unseen()]))
    once = observation_document(look("1.099", 1))
    run(mongo.collection("offers").update_one({"_id": "off"}, {"$set": {"rejected": once}}))

    (found,) = run(MongoOffers(mongo).some("org", ["off"]))

    assert found.rejected == (Refused(item_price=Decimal("1.099"), currency="EUR"),)


STATES = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2"]),
        st.sampled_from(["a.example", "b.example"]),
        st.none() | st.integers(0, 48),
        st.none() | st.sampled_from(["blocked", "timeout"]),
        st.booleans(),
        st.sampled_from([0, 2, 3]),
    ),
    max_size=12,
)


def offers_of(rows: list[Any]) -> list[Offer]:
    made = []
    for place, (competitor, host, read, failed, doubted, misses) in enumerate(rows):
        at = MONDAY - timedelta(hours=read or 0)
        seen = None if read is None else an_observation("9", captured_at=at)
        failure = None if failed is None else an_observation("9", outcome=failed, captured_at=MONDAY)
        waiting = an_observation("1", captured_at=MONDAY, quality="suspicious") if doubted else None
        made.append(
            replace(
                an_offer("1", offer_id=f"o{place:02}", competitor_id=competitor),
                host=host,
                created_at=at,
                latest=seen,
                last_failure=failure,
                failing_since=None if failed is None else MONDAY - timedelta(hours=place),
                quarantined=waiting,
                misses=misses,
            )
        )
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STATES)
def test_data_health_is_what_counting_by_hand_gives(store: Callable[[str], Mongo], run: Run, rows: list[Any]) -> None:
    mongo = store("pricing")
    run(mongo.collection("offers").delete_many({}))
    offers, since = offers_of(rows), MONDAY - 24 * HOUR
    run(MongoOffers(mongo).add([*offers, replace(an_offer("1", offer_id="x"), organisation_id="rival")]))
    real, by_hand = MongoHealth(mongo), FakeHealth(FakeOffers({one.offer_id: one for one in offers}))

    counted = run(real.tallies("org", since, MONDAY - 30 * HOUR))

    assert health_of(counted) == health_of(run(by_hand.tallies("org", since, MONDAY - 30 * HOUR)))
    for state in (None, *OfferState):
        for reason in (None, "blocked"):
            wanted = Wanted(competitor_id="c1", state=state, reason=reason)
            found = run(real.page("org", wanted, since, Window()))
            assert [one.offer_id for one in found.items] == [
                one.offer_id for one in run(by_hand.page("org", wanted, since, Window())).items
            ]
            assert state is None or {state_of(one, since) for one in found.items} <= {state}


def stages(plan: Any) -> set[str]:
    """Every stage that a plan names."""
    if isinstance(plan, dict):
        own = {str(plan["stage"])} if "stage" in plan else set()
        return own.union(*(stages(value) for value in plan.values()))
    return set().union(*(stages(value) for value in plan)) if isinstance(plan, list) else set()


@pytest.mark.parametrize(
    "pipeline",
    [
        tally_pipeline("org", MONDAY, MONDAY),
        [{"$match": wanted_query("org", Wanted(competitor_id="c1"), MONDAY)}],
        [{"$match": {"organisation_id": "org", "quarantine_key": {"$gt": ""}}}, {"$sort": {"quarantine_key": -1}}],
    ],
)
def test_nothing_is_counted_by_reading_a_whole_collection(
    store: Callable[[str], Mongo], run: Run, pipeline: list[Any]
) -> None:
    mongo = store("pricing")
    run(MongoOffers(mongo).add([unseen()]))
    aggregate = {"aggregate": "offers", "pipeline": pipeline, "cursor": {}}

    plan = run(mongo.database.command("explain", aggregate, verbosity="queryPlanner"))

    assert "IXSCAN" in stages(plan), plan
    assert "COLLSCAN" not in stages(plan)
