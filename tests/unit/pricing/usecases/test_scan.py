"""Planning scans, reading pages, and recording what was read."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.market import MISSES_UNTIL_LOST, Offer
from pricing.domain.reading import NothingRead, Reader, Reading, Unread
from pricing.usecases.record_products import RecordProducts
from pricing.usecases.scan import PAGES_IN_A_MESSAGE, MarketPart, PlanScan, RecordObservations
from pricing.usecases.scan_pages import LOOKS_IN_A_MESSAGE, Look, PageAsked, Scan, ScanPages
from shared.contracts.pricing import PageReading
from tests.builders.pricing import MONDAY, an_observation, an_offer, some_facts
from tests.fakes.pricing import (
    FakeFacts,
    FakeFilters,
    FakeObservations,
    FakeObserved,
    FakeOffers,
    FakePages,
    FakeScanLog,
    FakeStops,
)


def offers(*hosts: str) -> FakeOffers:
    found = [replace(an_offer("1", offer_id=f"o{place:03}"), host=host) for place, host in enumerate(hosts)]
    return FakeOffers({offer.offer_id: offer for offer in found})


def plan(
    of: FakeOffers,
    log: FakeScanLog,
    *competitor_ids: str,
    facts: FakeFacts | None = None,
    filters: FakeFilters | None = None,
    **part: Any,
) -> int:
    planning = PlanScan(
        facts=facts or FakeFacts(),
        filters=filters or FakeFilters(),
        offers=of,
        observations=FakeObservations(log),
        log=log,
        clock=lambda: MONDAY,
    )
    return asyncio.run(planning("org", "job", MarketPart(competitor_ids=competitor_ids, **part)))


def test_a_scan_is_split_by_host_and_announced() -> None:
    log = FakeScanLog()

    pages = plan(offers("b.example", "a.example", "b.example"), log)

    assert (pages, log.plans) == (3, {"job": 3})
    assert {key[1]: len(part.offers) for key, part in log.asked.items()} == {"a.example": 1, "b.example": 2}


def test_a_large_host_is_split_into_parts_that_a_message_holds() -> None:
    log = FakeScanLog()

    plan(offers(*["a.example"] * (PAGES_IN_A_MESSAGE + 1)), log)

    assert {key[2]: len(part.offers) for key, part in log.asked.items()} == {0: PAGES_IN_A_MESSAGE, 1: 1}


def test_planning_twice_asks_and_announces_the_same() -> None:
    log, of = FakeScanLog(), offers("a.example", "b.example")

    assert (plan(of, log), plan(of, log)) == (2, 2)
    assert (len(log.asked), log.plans) == (2, {"job": 2})


def test_a_scan_of_named_competitors_leaves_the_others_and_other_organisations_out() -> None:
    of = offers("a.example", "b.example")
    of.kept["o001"] = replace(of.kept["o001"], competitor_id="c2")
    of.kept["x"] = replace(an_offer("1", offer_id="x", competitor_id="c2"), organisation_id="rival")

    assert plan(of, FakeScanLog(), "c2") == 1
    assert plan(of, FakeScanLog()) == 2


def test_nothing_to_scan_is_announced_too() -> None:
    log = FakeScanLog()

    assert (plan(FakeOffers(), log), log.plans) == (0, {"job": 0})


def missed(of: FakeOffers, misses: dict[str, int]) -> FakeOffers:
    of.kept |= {offer_id: replace(of.kept[offer_id], misses=count) for offer_id, count in misses.items()}
    return of


def test_a_lost_page_is_left_to_re_matches_and_given_up_after_three_of_them() -> None:
    of = missed(offers("a.example", "b.example", "c.example"), {"o001": MISSES_UNTIL_LOST, "o002": 6})

    assert plan(of, FakeScanLog()) == 1
    assert plan(of, FakeScanLog(), not_found=True) == 1
    assert plan(of, FakeScanLog(), "c1", not_found=True) == 2


def test_a_scan_of_a_category_takes_what_stands_below_it() -> None:
    lamps = some_facts(product_id="lamp", category="Home > Lighting > Lamps")
    tools = some_facts(product_id="tool", category="Garden")
    facts = FakeFacts({one.product_id: one for one in (lamps, tools)})
    of = FakeOffers(
        {
            "o1": replace(an_offer("1", offer_id="o1"), product_id=lamps.product_id),
            "o2": replace(an_offer("1", offer_id="o2"), product_id=tools.product_id),
        }
    )

    assert plan(of, FakeScanLog(), facts=facts, category="Home") == 1
    assert plan(of, FakeScanLog(), facts=facts, category="Home > Light") == 0


def test_a_scan_of_a_filter_that_is_gone_ends_with_the_reason() -> None:
    log = FakeScanLog()

    assert plan(offers("a.example"), log, filter_id="kvi") == 0

    assert log.refused == {"job": "none"}
    assert log.plans == {}


def test_a_retry_looks_at_what_failed_in_the_job_before_and_at_nothing_else() -> None:
    of, log = offers("a.example", "b.example"), FakeScanLog()
    for place, outcome in enumerate(("read", "blocked")):
        seen = replace(an_observation("1"), observation_id=str(place), offer_id=f"o00{place}", outcome=outcome)
        log.kept[seen.observation_id] = replace(seen, job_id="job_before")

    assert plan(of, log, failed_of="job_before") == 1
    assert [offer.offer_id for part in log.asked.values() for offer in part.offers] == ["o001"]


def asked(place: int) -> PageAsked:
    return PageAsked(offer_id=f"o{place}", product_id="prd", competitor_id="c1", url=f"https://c1.example/{place}")


def fetched(page: PageAsked, outcome: Fetch = Fetch.FETCHED) -> Fetched:
    return Fetched(outcome=outcome, url=page.url, detail=outcome.value, body=page.url.encode())


def read(found: Fetched) -> Reading | NothingRead:
    if found.url.endswith("9"):
        return NothingRead(outcome=Unread.NO_PRICE, detail="nothing that looks like a price")
    return Reading(
        item_price=Decimal(50), currency="EUR", reader=Reader.JSON_LD, agreement=1, confidence=Decimal("0.9")
    )


def scan(pages: list[PageAsked], web: FakePages, observed: FakeObserved, stops: FakeStops | None = None) -> None:
    reading = ScanPages(pages=web, read=read, stops=stops or FakeStops(), clock=lambda: MONDAY)
    asyncio.run(reading(pages, observed, Scan(organisation_id="org", job_id="job", deadline=1.0)))


def outcomes(observed: FakeObserved) -> list[str]:
    return [look.outcome for looks in observed.told.values() for look in looks]


def test_each_page_ends_in_a_reading_or_a_named_reason() -> None:
    pages = [asked(1), asked(9), asked(2)]
    web = FakePages({page.url: fetched(page) for page in pages} | {pages[2].url: fetched(pages[2], Fetch.BLOCKED)})
    observed = FakeObserved()

    scan(pages, web, observed)

    assert outcomes(observed) == ["read", "no_price", "blocked"]
    assert [look.captured_at for look in observed.told[0]] == [MONDAY] * 3


@pytest.mark.parametrize("outcome", [one for one in Fetch if one is not Fetch.FETCHED])
def test_every_way_a_fetch_ends_is_an_outcome_that_messages_know(outcome: Fetch) -> None:
    observed = FakeObserved()

    scan([asked(1)], FakePages({asked(1).url: fetched(asked(1), outcome)}), observed)

    (look,) = observed.told[0]
    told = {"offer_id": "o", "product_id": "p", "competitor_id": "c", "url": "u", "captured_at": MONDAY}
    assert PageReading.model_validate(told | {"outcome": look.outcome}).outcome == look.outcome


def test_what_was_found_leaves_while_the_rest_is_fetched_and_twice_is_once() -> None:
    pages = [asked(place) for place in range(LOOKS_IN_A_MESSAGE + 1)]
    observed = FakeObserved()

    for _ in range(2):
        scan(pages, FakePages({page.url: fetched(page) for page in pages}), observed)

    assert {part: len(looks) for part, looks in observed.told.items()} == {0: LOOKS_IN_A_MESSAGE, 1: 1}
    assert isinstance(observed.told[0][0], Look)


def test_a_scan_that_is_to_stop_tells_what_it_read_and_reads_no_more() -> None:
    pages = [asked(place) for place in range(LOOKS_IN_A_MESSAGE * 3)]
    web, observed = FakePages({page.url: fetched(page) for page in pages}), FakeObserved()

    scan(pages, web, observed, FakeStops({("org", "job")}, after=1))

    assert (len(web.asked), list(observed.told)) == (LOOKS_IN_A_MESSAGE, [0])


def log_with(*kept: Offer) -> FakeScanLog:
    return FakeScanLog(FakeOffers({offer.offer_id: offer for offer in kept}))


def test_readings_are_recorded_once_and_a_failed_look_keeps_the_last_price() -> None:
    log = log_with(replace(an_offer("60", offer_id="off"), latest=None))
    record = RecordObservations(log=log, clock=lambda: MONDAY)
    later = MONDAY + timedelta(hours=1)
    failed = an_observation("0", observation_id="o2", outcome="blocked", item_price=None, captured_at=later)

    counts = [asyncio.run(record("job", "msg", [an_observation("50"), failed])) for _ in range(2)]

    offer = log.offers.kept["off"]
    assert [(one.read, one.failed) for one in counts] == [(1, 1), (0, 0)]
    assert offer.latest is not None
    assert (offer.latest.item_price, offer.last_failure) == (Decimal(50), failed)
    assert len(log.progress) == 1


def test_what_the_catalogue_said_last_stays() -> None:
    facts = FakeFacts()
    record = RecordProducts(facts=facts)

    for revision in (2, 1, 2):
        asyncio.run(record([some_facts(f"{revision}0", revision=revision)]))

    assert facts.kept["prd"].price == Decimal(20)
