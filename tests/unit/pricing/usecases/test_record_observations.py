"""Looks are recorded once, compared with what is known of product, competitor and rates."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pricing.domain.competitor_rules import Correction, Corrections, TaxRule, Trust
from pricing.domain.market import Observation, Offer
from pricing.domain.rates import RateTable
from pricing.usecases.ports import Recorded
from pricing.usecases.rates import RecordRates
from pricing.usecases.record_observations import RecordObservations
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers, FakeRates, FakeScanLog

HOUR = timedelta(hours=1)
FRIDAY = date(2026, 11, 20)


@dataclass
class World:
    """One product, one competitor, one offer that nobody looked at, and the rates of Friday."""

    log: FakeScanLog = field(
        default_factory=lambda: FakeScanLog(
            FakeOffers({"off": replace(an_offer("1", offer_id="off"), latest=None)}),
        )
    )
    facts: FakeFacts = field(default_factory=lambda: FakeFacts({"prd": some_facts()}))
    competitors: FakeCompetitors = field(default_factory=FakeCompetitors)
    rates: FakeRates = field(default_factory=FakeRates)

    def record(self, *looks: Observation) -> Recorded:
        recording = RecordObservations(
            log=self.log, facts=self.facts, competitors=self.competitors, rates=self.rates, clock=lambda: MONDAY
        )
        return asyncio.run(recording("job", f"msg-{looks[0].observation_id}" if looks else "msg", list(looks)))

    @property
    def offer(self) -> Offer:
        return self.log.offers.kept["off"]


def quotes(usd: str) -> RateTable:
    published = datetime(2026, 11, 20, 16, tzinfo=UTC)
    return RateTable(day=FRIDAY, quotes={"USD": Decimal(usd)}, published_at=published, source="test")


def test_readings_are_recorded_once_and_a_failed_look_keeps_the_last_price() -> None:
    world = World()
    failed = an_observation("0", observation_id="o2", outcome="blocked", item_price=None, captured_at=MONDAY + HOUR)

    counts = [world.record(an_observation("50"), failed) for _ in range(2)]

    assert counts == [Recorded(1, 1), Recorded(0, 0)]
    assert world.offer.latest is not None
    assert (world.offer.latest.item_price, world.offer.last_failure) == (Decimal(50), failed)
    assert len(world.log.progress) == 1


def test_a_message_without_looks_records_nothing() -> None:
    assert World().record() == Recorded(0, 0)


def test_a_price_in_another_currency_is_kept_raw_and_compared_by_the_rate_of_its_day() -> None:
    world = World()
    asyncio.run(RecordRates(rates=world.rates)([quotes("1.25")]))
    asyncio.run(world.competitors.add(a_competitor(tax=TaxRule(basis="including", rate_percent=Decimal(25)))))
    world.facts.kept["prd"] = some_facts(tax_basis="excluding")

    world.record(an_observation("125", currency="USD"))

    seen = world.offer.latest
    assert seen is not None
    assert seen.normalised is not None
    assert (seen.item_price, seen.currency) == (Decimal(125), "USD")
    assert (seen.normalised.item_price, seen.normalised.currency) == (Decimal("80.00"), "EUR")
    assert (seen.normalised.rate, seen.normalised.rate_date) == (Decimal("0.80000000"), FRIDAY)
    assert seen.normalised.tax == "without 25 %"


def test_without_a_rate_it_is_kept_and_not_compared() -> None:
    world = World()

    world.record(an_observation("125", currency="USD"))

    assert world.offer.latest is not None
    assert world.offer.latest.normalised is None


def test_a_rate_that_moves_is_no_price_that_changes() -> None:
    world = World()
    asyncio.run(world.competitors.add(a_competitor(trust=Trust(jump_percent=Decimal(1)))))
    asyncio.run(world.rates.keep([quotes("1.00")]))
    world.record(an_observation("100", currency="USD"))
    asyncio.run(world.rates.keep([replace(quotes("2.00"), published_at=MONDAY)]))

    later = an_observation("100", currency="USD", observation_id="o2", job_id="j2", captured_at=MONDAY + HOUR)
    recorded = world.record(later)

    assert recorded == Recorded(1, 0)
    assert world.offer.latest is not None
    assert world.offer.latest.normalised is not None
    assert world.offer.latest.normalised.item_price == Decimal("50.00")


def test_a_server_that_left_a_foreign_page_unchanged_confirms_it_by_the_rate_of_that_day() -> None:
    world = World()
    asyncio.run(world.rates.keep([quotes("1.25")]))
    world.record(an_observation("125", currency="USD", etag="a"))

    unchanged = an_observation(
        "0",
        observation_id="o2",
        outcome="unchanged",
        item_price=None,
        currency=None,
        asked_etag="a",
        captured_at=MONDAY + HOUR,
    )
    world.record(unchanged)

    assert world.offer.latest is not None
    assert world.offer.latest.outcome == "unchanged"
    assert world.offer.latest.normalised is not None
    assert world.offer.latest.normalised.item_price == Decimal("100.00")


def test_a_competitor_says_how_far_it_is_trusted() -> None:
    world = World()
    asyncio.run(world.competitors.add(a_competitor(trust=Trust(jump_percent=Decimal(5)))))
    world.record(an_observation("100"))

    recorded = world.record(an_observation("94", observation_id="o2", job_id="j2", captured_at=MONDAY + HOUR))

    assert recorded == Recorded(1, 0, 1)
    assert world.offer.quarantined is not None
    assert world.offer.quarantined.suspicions == ("jump",)


def test_what_another_organisation_knows_counts_for_nothing() -> None:
    world = World()
    asyncio.run(
        world.competitors.add(a_competitor(organisation_id="rival", trust=Trust(jump_percent=Decimal(5)))),
    )
    world.facts.kept["prd"] = some_facts(organisation_id="rival", tax_basis="excluding")
    world.record(an_observation("100"))

    recorded = world.record(an_observation("90", observation_id="o2", job_id="j2", captured_at=MONDAY + HOUR))

    assert recorded == Recorded(1, 0)
    assert world.offer.latest is not None
    assert world.offer.latest.normalised is None


def test_one_look_that_cannot_be_compared_keeps_back_no_other_of_its_message() -> None:
    world = World()
    absurd = Corrections(item_price=Correction(operation="multiply", operand=Decimal(999_999_999_999)))
    asyncio.run(world.competitors.add(a_competitor(competitor_id="c2", corrections=absurd)))
    world.log.offers.kept["bad"] = replace(an_offer("1", offer_id="bad", competitor_id="c2"), latest=None)
    bad = an_observation("999999999999", observation_id="o2", offer_id="bad", competitor_id="c2", confidence=Decimal(1))

    recorded = world.record(bad, an_observation("50"))

    assert recorded == Recorded(1, 1)
    assert world.offer.latest is not None
    failed = world.log.kept["o2"]
    assert (failed.outcome, failed.item_price) == ("no_price", None)
    assert "not one that a shop can charge" in failed.detail
    assert world.log.offers.kept["bad"].last_failure == failed


def test_a_number_that_cannot_be_reckoned_with_is_a_named_failure() -> None:
    world = World()
    world.record(an_observation("50"))

    later = {"job_id": "j2", "captured_at": MONDAY + HOUR}
    world.record(an_observation("49", observation_id="o2", confidence=Decimal("sNaN"), **later))

    assert (world.log.kept["o2"].outcome, world.log.kept["o2"].item_price) == ("no_price", None)
    assert "cannot be judged" in world.log.kept["o2"].detail
    assert world.offer.latest is not None
    assert world.offer.latest.item_price == Decimal(50)
