"""Promotions from their proposal to their end: J6 to the cent, checks, four eyes, and ends that come late or twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.errors import (
    InvalidPromotion,
    OwnPromotion,
    PromotionBegun,
    PromotionChanged,
    PromotionFaults,
    PromotionNotFound,
)
from pricing.domain.hold import Hold
from pricing.domain.price_change import State
from pricing.domain.product_filter import Criteria
from pricing.domain.promotions.evidence import hash_of
from pricing.domain.promotions.promotion import Claim, PromotionState
from pricing.usecases.promotions.manage import EndPromotion, PercentAsked
from shared.kernel.errors import Forbidden, Unavailable
from tests.builders.pricing import a_change
from tests.unit.pricing.usecases.promotion_world import (
    DAY,
    DAY0,
    LONG_AGO,
    MINUTE,
    WAS_100,
    PromotedShop,
    an_item,
    codes,
)


@pytest.fixture
def shop() -> PromotedShop:
    made = PromotedShop()
    made.product("A", ("80.00", -40), ("100.00", -20))
    made.product("B", ("100.00", LONG_AGO))
    return made


def test_the_prior_price_is_the_lowest_of_the_thirty_days_before_and_stays_so_while_the_promotion_runs(
    shop: PromotedShop,
) -> None:
    shop.approved(an_item("A", "79.00", Claim("was", Decimal(80))), an_item("B", "90.00", WAS_100))
    ahead = shop.prior("A", DAY0 + 10 * DAY)
    shop.until(DAY0 + 10 * DAY)

    running = shop.prior("A", DAY0 + 10 * DAY)
    assert (ahead.measured.prior.amount, running.measured.prior.amount) == (Decimal("80.00"), Decimal("80.00"))
    assert shop.prior("B", DAY0 + 10 * DAY).measured.prior.amount == Decimal("100.00")
    assert (shop.shown("A"), shop.shown("B")) == ("79.00", "90.00")
    assert running.promotion_id is not None


def test_the_claim_is_blocked_and_the_price_without_it_is_not(shop: PromotedShop) -> None:
    claimed = shop.check(shop.asked(an_item("A", "90.00", WAS_100)))
    silent = shop.check(shop.asked(an_item("A", "90.00")))
    fair = shop.check(shop.asked(an_item("B", "90.00", WAS_100)))

    assert codes(claimed) == ["NO_REDUCTION", "CLAIM_ABOVE_PRIOR_PRICE"]
    assert {one.about for one in claimed.errors} == {"claim"}
    assert (claimed.evidence[0].verdict, claimed.evidence[0].price_allowed) == ("blocked", True)
    assert "80.00" in claimed.errors[0].message
    assert claimed.errors[0].rule == "Preisangabenverordnung, § 11"
    assert (codes(silent), silent.evidence[0].verdict) == ([], "no claim")
    assert (codes(fair), fair.evidence[0].verdict) == ([], "allowed")
    with pytest.raises(PromotionFaults) as refused:
        shop.propose(an_item("A", "90.00", WAS_100))
    assert {one.pointer for one in refused.value.faults} == {
        "claim/A/NO_REDUCTION",
        "claim/A/CLAIM_ABOVE_PRIOR_PRICE",
    }
    assert shop.promotions.kept == {}


@pytest.mark.parametrize(
    ("price", "percent", "found"),
    [
        ("80.00", "20", []),
        ("80.01", "20", ["CLAIM_ABOVE_PRIOR_PRICE"]),
        ("79.99", "20", []),
        ("99.99", "0.01", []),
        ("100.00", "1", ["NO_REDUCTION", "CLAIM_ABOVE_PRIOR_PRICE"]),
        ("50.00", "100", ["CLAIM_WITHOUT_VALUE"]),
    ],
)
def test_a_percentage_is_one_of_the_prior_price(shop: PromotedShop, price: str, percent: str, found: list[str]) -> None:
    judged = shop.check(shop.asked(an_item("B", price, Claim("percent", Decimal(percent)))))

    assert codes(judged) == found


def test_what_stands_against_a_price_is_named_with_its_rule(shop: PromotedShop) -> None:
    shop.product("MAP", ("199.00", LONG_AGO), map_price=Decimal("199.00"), cost=Decimal(100))
    shop.product("COST", ("50.00", LONG_AGO), cost=Decimal(40))
    shop.product("LOCKED", ("50.00", LONG_AGO))
    lock = Hold(
        hold_id="hld_1",
        organisation_id="org",
        shop_id="demo-eu",
        product_id="p-LOCKED",
        sku="LOCKED",
        kind="lock",
        reason="a court order",
        starts_at=DAY0 - DAY,
        ends_at=None,
        set_by="usr",
        set_at=DAY0,
    )
    asyncio.run(shop.world.holds.add(lock))
    items = [
        an_item("MAP", "189.00"),
        an_item("COST", "39.00"),
        an_item("LOCKED", "45.00"),
        an_item("B", "90.001"),
        an_item("GONE", "1.00"),
        an_item("A", "101.00"),
    ]

    german, french = (shop.check(shop.asked(*items, country=one)) for one in ("DE", "FR"))

    found = {(one.sku, one.code, one.severity) for one in german.findings}
    assert found == {
        ("MAP", "BELOW_MAP", "error"),
        ("COST", "BELOW_COST", "warning"),
        ("LOCKED", "HOLD_IN_FORCE", "error"),
        ("B", "CURRENCY_DIGITS", "error"),
        ("GONE", "PRODUCT_UNKNOWN", "error"),
        ("A", "NOT_LOWER", "warning"),
    }
    below = next(one for one in french.findings if one.code == "BELOW_COST")
    assert (below.severity, below.rule) == ("error", "Code de commerce, L442-5")
    assert below.source.startswith("https://")


@pytest.mark.parametrize(("country", "found"), [("DE", "blocked"), ("PL", "allowed"), ("LV", "blocked")])
def test_a_new_product_is_measured_as_its_country_says(shop: PromotedShop, country: str, found: str) -> None:
    shop.product("NEW", ("50.00", -10))
    item = an_item("NEW", "40.00", Claim("was", Decimal(50)), on_market_since=DAY0 - 10 * DAY)

    judged = shop.check(shop.asked(item, country=country))

    assert judged.evidence[0].verdict == found
    if found == "blocked":
        assert codes(judged) == ["PRIOR_PRICE_UNKNOWN"]
    # Nobody said that it is new: then the history has a gap.
    assert codes(shop.check(shop.asked(replace(item, on_market_since=None), country=country))) == [
        "PRIOR_PRICE_UNKNOWN"
    ]


@pytest.mark.parametrize(("country", "found"), [("IT", "40.00"), ("PL", "40.00"), ("DE", None)])
def test_a_product_is_not_new_because_somebody_says_so(shop: PromotedShop, country: str, found: str | None) -> None:
    shop.product("NEW", ("40.00", -12), ("50.00", -10))
    since = DAY0 - 10 * DAY
    items = [an_item(one, "79.00", WAS_100, on_market_since=since) for one in ("A", "NEW")]

    old, new = shop.check(shop.asked(*items, country=country)).evidence

    assert (old.measured.prior.amount, old.verdict) == (Decimal("80.00"), "blocked")
    # What was shown before it is said to be on the market was shown.
    assert new.measured.prior.amount == (found and Decimal(found))


@pytest.mark.parametrize(("country", "found"), [("DE", "allowed"), ("LV", "blocked")])
def test_perishable_goods_are_measured_as_their_country_says(shop: PromotedShop, country: str, found: str) -> None:
    shop.product("MILK", ("0.80", -40), ("1.00", -20), tags=("perishable",))

    judged = shop.check(shop.asked(an_item("MILK", "0.90", Claim("was", Decimal(1))), country=country))

    assert judged.evidence[0].verdict == found


def test_reductions_in_steps_keep_the_first_prior_price_where_the_law_says_so(shop: PromotedShop) -> None:
    end, further = DAY0 + 14 * DAY, DAY0 + 20 * DAY
    first = shop.approved(an_item("B", "90.00", WAS_100))
    step = {"starts_at": end, "ends_at": further}
    deeper = shop.check(shop.asked(an_item("B", "80.00", WAS_100), **step))
    polish = shop.check(shop.asked(an_item("B", "80.00", WAS_100), **step, country="PL"))
    dearer = shop.check(shop.asked(an_item("B", "95.00", WAS_100), **step))
    paused = shop.check(shop.asked(an_item("B", "80.00", WAS_100), starts_at=end + MINUTE, ends_at=further))

    assert (deeper.evidence[0].verdict, deeper.evidence[0].measured.first_promotion) == ("allowed", first.promotion_id)
    assert polish.evidence[0].measured.first_promotion is None
    assert dearer.evidence[0].measured.first_promotion is None
    assert paused.evidence[0].measured.first_promotion is None

    second = shop.approved(an_item("B", "80.00", WAS_100), **step)
    shop.until(DAY0 + 15 * DAY)
    assert (shop.states(first), shop.states(second)) == ({"B": "CONTINUED"}, {"B": "ON"})
    assert (shop.shown("B"), shop.prior("B", shop.now).measured.prior.amount) == ("80.00", Decimal("100.00"))
    shop.until(further + DAY)
    assert (shop.shown("B"), shop.states(second), shop.held("B")) == ("100.00", {"B": "RETURNED"}, False)
    # Never in between: from 90 straight to 80.
    assert [str(price) for _, price in shop.world.shop.written] == ["90.00", "80.00", "100.00"]


def test_the_price_that_a_promotion_took_over_returns_though_it_wrote_none_of_its_own(shop: PromotedShop) -> None:
    end, further = DAY0 + 14 * DAY, DAY0 + 20 * DAY
    shop.product("C", ("100.00", LONG_AGO))
    first = shop.approved(an_item("B", "90.00"), an_item("C", "90.00"))
    # One goes on at the same price; the other's is forbidden when it is to be written.
    second = shop.approved(an_item("B", "90.00"), an_item("C", "80.00"), starts_at=end, ends_at=further)
    shop.until(end - MINUTE)
    shop.now = end
    shop.tick()
    free = shop.world.facts.kept["p-C"]
    shop.world.facts.kept["p-C"] = replace(free, map_price=Decimal(85))
    shop.publish()
    shop.world.facts.kept["p-C"] = free
    shop.until(end + DAY)
    assert shop.states(first) == {"B": "CONTINUED", "C": "CONTINUED"}
    assert (shop.shown("B"), shop.shown("C")) == ("90.00", "90.00")

    shop.until(further + DAY)
    assert (shop.shown("B"), shop.shown("C")) == ("100.00", "100.00")
    assert shop.states(second) == {"B": "RETURNED", "C": "RETURNED"}


def test_a_price_that_announced_no_reduction_or_never_began_is_no_step_of_one(shop: PromotedShop) -> None:
    end = DAY0 + 14 * DAY
    shop.product("C", ("100.00", LONG_AGO))
    silent = shop.approved(an_item("B", "90.00"))
    missed = shop.approved(an_item("C", "90.00", WAS_100))
    step = {"starts_at": end, "ends_at": end + DAY}
    announced = shop.check(shop.asked(an_item("C", "80.00", WAS_100), **step))
    assert announced.evidence[0].measured.first_promotion == missed.promotion_id
    shop.until(DAY0 - 10 * MINUTE)
    shop.promotions.kept[missed.promotion_id] = replace(shop.of(missed), due_at=None)
    shop.until(end - DAY)
    shop.set_price("C", "70.00")
    shop.now += MINUTE
    shop.set_price("C", "100.00")
    shop.promotions.kept[missed.promotion_id] = replace(shop.of(missed), due_at=end)
    shop.until(end)

    judged = shop.check(shop.asked(an_item("B", "80.00", WAS_100), an_item("C", "69.00", WAS_100), **step))

    assert shop.states(missed) == {"C": "UNTOUCHED"}
    assert [one.measured.first_promotion for one in judged.evidence] == [None, None]
    assert [one.measured.prior.amount for one in judged.evidence] == [Decimal("90.00"), Decimal("70.00")]
    assert [one.verdict for one in judged.evidence] == ["blocked", "blocked"]
    assert silent.promotion_id not in str(judged.evidence)


def test_a_price_that_rose_in_between_begins_a_reduction_anew(shop: PromotedShop) -> None:
    end = DAY0 + 14 * DAY
    shop.product("C", ("100.00", LONG_AGO))
    first = shop.approved(an_item("B", "90.00", WAS_100), an_item("C", "90.00", WAS_100))
    shop.until(DAY0 + DAY)
    shop.set_price("B", "100.00")
    shop.until(end - DAY)
    step = {"starts_at": end, "ends_at": end + DAY}

    risen, fell = shop.check(shop.asked(*(an_item(one, "80.00", WAS_100) for one in "BC"), **step)).evidence

    assert (risen.measured.first_promotion, risen.measured.prior.amount) == (None, Decimal("90.00"))
    assert (fell.measured.first_promotion, fell.measured.prior.amount) == (first.promotion_id, Decimal("100.00"))
    assert (risen.verdict, fell.verdict) == ("blocked", "allowed")


def test_what_the_next_promotion_was_to_take_over_and_does_not_returns(shop: PromotedShop) -> None:
    end, further = DAY0 + 14 * DAY, DAY0 + 20 * DAY
    shop.product("C", ("100.00", LONG_AGO))
    first = shop.approved(an_item("B", "90.00"), an_item("C", "90.00"))
    second = shop.approved(an_item("B", "80.00"), starts_at=end, ends_at=further)
    shop.until(end - MINUTE)
    shop.now = end
    shop.promotions.kept[second.promotion_id] = replace(shop.of(second), due_at=end + MINUTE)
    shop.tick()
    shop.publish()
    # What nobody takes over does not wait for the next one.
    assert (shop.shown("B"), shop.shown("C")) == ("90.00", "100.00")

    shop.world.facts.kept["p-B"] = replace(shop.world.facts.kept["p-B"], map_price=Decimal(85))
    shop.until(end + DAY)

    assert shop.states(second) == {"B": "BLOCKED"}
    assert (shop.shown("B"), shop.states(first)) == ("100.00", {"B": "RETURNED", "C": "RETURNED"})


def test_automation_is_out_while_it_runs_and_back_after_it(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.world.propose(a_change(change_id="old", product_id="p-B", state=State.APPROVED))
    shop.until(DAY0 - MINUTE)
    held_before = shop.held("B")
    shop.until(DAY0 + 5 * MINUTE)

    assert (held_before, shop.held("B"), shop.shown("B")) == (True, True, "90.00")
    assert shop.world.changes.kept["old"].state is State.DENIED
    assert shop.of(promotion).state is PromotionState.RUNNING
    on = next(one for one in shop.world.changes.kept.values() if one.run_id == promotion.promotion_id)
    assert (on.decided_by, on.state, on.policy_author_id) == ("manager", State.APPLIED, "author")
    shop.until(DAY0 + 14 * DAY + 5 * MINUTE)
    assert (shop.held("B"), shop.shown("B"), shop.of(promotion).state) == (False, "100.00", PromotionState.ENDED)
    assert shop.decides.noted == [("org", "demo-eu", "p-B")]
    assert shop.of(promotion).due_at is None


def test_prices_return_though_the_scheduler_was_down_when_it_ended(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.until(DAY0 + DAY)
    shop.now = DAY0 + 17 * DAY
    assert (shop.shown("B"), shop.held("B")) == ("90.00", True)
    shop.until(shop.now + 5 * MINUTE)

    assert (shop.shown("B"), shop.held("B"), shop.states(promotion)) == ("100.00", False, {"B": "RETURNED"})


def test_one_that_was_over_before_it_could_begin_touches_nothing(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.now = DAY0 + 20 * DAY
    shop.tick()

    assert (shop.of(promotion).state, shop.states(promotion)) == (PromotionState.ENDED, {"B": "UNTOUCHED"})
    assert (shop.world.changes.kept, shop.held("B"), shop.tick()) == ({}, False, 0)


def test_a_price_that_somebody_set_meanwhile_stays_and_is_listed(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("A", "75.00"), an_item("B", "90.00"))
    shop.until(DAY0 + DAY)
    shop.set_price("B", "85.00")
    shop.until(DAY0 + 15 * DAY)

    assert (shop.shown("A"), shop.shown("B")) == ("100.00", "85.00")
    assert shop.states(promotion) == {"A": "RETURNED", "B": "CONFLICT"}
    assert "85.00" in shop.of(promotion).items[1].detail


def test_what_changed_before_it_begins_is_checked_again_as_it_begins(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("A", "75.00"), an_item("B", "90.00", WAS_100))
    shop.until(DAY0 - timedelta(hours=3))
    shop.set_price("B", "95.00")
    shop.until(DAY0 + DAY)

    assert shop.states(promotion) == {"A": "ON", "B": "BLOCKED"}
    assert "CLAIM_ABOVE_PRIOR_PRICE" in shop.of(promotion).items[1].detail
    assert (shop.shown("A"), shop.shown("B"), shop.held("B")) == ("75.00", "95.00", False)
    shop.until(DAY0 + 15 * DAY)
    assert (shop.states(promotion), shop.shown("B")) == ({"A": "RETURNED", "B": "BLOCKED"}, "95.00")


def test_a_stopped_shop_keeps_it_waiting_and_it_begins_later(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.world.set_publication(mode="test")
    shop.until(DAY0 + 10 * MINUTE)
    waiting = shop.of(promotion)
    shop.world.set_publication(mode="live")
    shop.until(DAY0 + 15 * MINUTE)

    assert (waiting.state, waiting.detail) == (PromotionState.HELD, "the shop was put into test mode")
    assert (shop.of(promotion).state, shop.shown("B")) == (PromotionState.RUNNING, "90.00")
    assert (shop.of(promotion).began_at or DAY0) > DAY0 + 9 * MINUTE


def test_one_that_begins_late_is_measured_from_when_it_began(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00", WAS_100))
    shop.world.set_publication(mode="test")
    shop.until(DAY0 + 10 * MINUTE)
    shop.set_price("B", "95.00")
    shop.world.set_publication(mode="live")
    shop.until(DAY0 + 15 * MINUTE)

    assert shop.states(promotion) == {"B": "BLOCKED"}
    assert "«was 100» is above the prior price of 95.00" in shop.of(promotion).items[0].detail


def test_a_price_that_did_not_go_out_before_the_end_never_does(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.until(DAY0 - MINUTE)
    shop.now = DAY0
    shop.tick()
    stop = shop.world.stop()
    shop.until(DAY0 + 5 * MINUTE)
    shop.end(promotion)
    shop.until(DAY0 + 9 * MINUTE)
    asyncio.run(shop.world.gate.emergency_stops.lift("org", stop.stop_id, "usr", "all is well", shop.now))
    shop.until(DAY0 + 20 * MINUTE)

    assert (shop.of(promotion).state, shop.states(promotion)) == (PromotionState.ENDED, {"B": "FAILED"})
    assert (shop.world.shop.written, shop.shown("B"), shop.held("B")) == ([], "100.00", False)
    assert shop.world.count(State.APPROVED) == 0


def test_a_stop_in_the_middle_is_waited_for_and_each_price_is_written_once(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("A", "75.00"), an_item("B", "90.00"))
    shop.until(DAY0 - MINUTE)
    shop.now = DAY0
    shop.tick()
    stop = shop.world.stop()
    shop.publish()
    (batch,) = shop.world.batches.kept.values()
    shop.until(DAY0 + 5 * MINUTE)
    stopped = (batch.state, shop.shown("B"), shop.of(promotion).detail)
    asyncio.run(shop.world.gate.emergency_stops.lift("org", stop.stop_id, "usr", "all is well", shop.now))
    shop.until(DAY0 + 9 * MINUTE)

    assert stopped[1] == "100.00"
    assert stop.stop_id in stopped[2]
    assert (shop.shown("A"), shop.shown("B"), len(shop.world.batches.kept)) == ("75.00", "90.00", 2)
    assert len(shop.world.shop.written) == 2


def test_it_ends_early_only_by_a_manager_and_its_prices_return(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.until(DAY0 + DAY)
    with pytest.raises(Forbidden):
        shop.end(promotion, manages=False)
    ended = shop.end(promotion)
    shop.until(shop.now + 5 * MINUTE)

    assert (ended.state, ended.ended_by, ended.end_reason) == (PromotionState.ENDING, "manager", "sold out")
    assert (shop.shown("B"), shop.of(promotion).state) == ("100.00", PromotionState.ENDED)
    assert shop.end(promotion) == shop.of(promotion)


def test_it_is_called_off_before_it_begins(shop: PromotedShop) -> None:
    early, held = shop.approved(an_item("A", "75.00")), shop.approved(an_item("B", "90.00"))
    cancelled = shop.end(early, manages=False)
    shop.until(DAY0 - MINUTE)
    shop.end(held)
    shop.until(DAY0 + DAY)

    assert (cancelled.state, shop.of(held).state) == (PromotionState.CANCELLED, PromotionState.ENDED)
    assert (shop.world.shop.written, shop.held("B"), shop.held("A")) == ([], False, False)


def test_one_that_is_called_off_while_it_takes_its_products_holds_none_of_them(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.now = DAY0 - MINUTE
    off: list[PromotionState] = []
    placing = shop.world.holds.place

    async def called_off(holds: Sequence[Hold]) -> None:
        if not off:
            ending = EndPromotion(promotions=shop.promotions, clock=lambda: shop.now)
            ended = await ending("org", promotion.promotion_id, "manager", "not now", manages=True)
            off.append(ended.state)
        await placing(holds)

    shop.world.holds.place = called_off  # type: ignore[method-assign]
    shop.until(DAY0 + DAY)

    assert (len(off), shop.held("B"), shop.shown("B")) == (1, False, "100.00")
    assert shop.of(promotion).due_at is None


def test_a_worker_that_dies_before_it_holds_the_products_is_followed_by_one_that_does(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("B", "90.00"))
    shop.now = DAY0 - 2 * MINUTE
    placing = shop.world.holds.place

    async def dies(holds: Sequence[Hold]) -> None:
        raise Unavailable(f"the worker died before it placed {len(holds)} holds")

    shop.world.holds.place = dies  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        shop.tick()
    shop.world.holds.place = placing  # type: ignore[method-assign]
    shop.until(DAY0 + DAY)

    assert (shop.held("B"), shop.shown("B"), shop.states(promotion)) == (True, "90.00", {"B": "ON"})


def test_four_eyes_and_what_was_changed_is_approved_anew(shop: PromotedShop) -> None:
    promotion = shop.propose(an_item("B", "90.00"))
    with pytest.raises(OwnPromotion):
        shop.approve(promotion, "author")
    approved = shop.approve(promotion)
    changed = shop.change(approved, an_item("B", "85.00"), user_id="helper")

    assert (changed.state, changed.approved_by, changed.authors) == (
        PromotionState.PROPOSED,
        None,
        ("author", "helper"),
    )
    with pytest.raises(PromotionChanged):
        shop.approve(promotion)
    for one in ("author", "helper"):
        with pytest.raises(OwnPromotion):
            shop.approve(changed, one)
    with pytest.raises(PromotionNotFound):
        shop.approve(changed, organisation_id="rival")
    shop.until(DAY0 + MINUTE)
    assert shop.shown("B") == "100.00"
    shop.approve(changed)
    shop.until(DAY0 + 10 * MINUTE)
    assert shop.shown("B") == "85.00"
    with pytest.raises(PromotionBegun):
        shop.change(shop.of(changed), an_item("B", "80.00"))


def test_promotions_that_overlap_are_refused_also_when_both_are_proposed_first(shop: PromotedShop) -> None:
    one, other = shop.propose(an_item("B", "90.00")), shop.propose(an_item("B", "85.00"))
    shop.approve(one)

    with pytest.raises(PromotionFaults, match="has the product"):
        shop.approve(other)
    with pytest.raises(PromotionFaults):
        shop.propose(an_item("B", "80.00"), starts_at=DAY0 + 13 * DAY)
    shop.propose(an_item("B", "80.00"), starts_at=DAY0 + 14 * DAY, ends_at=DAY0 + 15 * DAY)


def test_percent_off_for_a_filter_is_rounded_for_the_buyer(shop: PromotedShop) -> None:
    shop.product("C", ("19.99", LONG_AGO), tags=("sale",))
    shop.product("D", ("0.99", LONG_AGO), tags=("sale",))
    percent = PercentAsked(criteria=Criteria(tags=("sale",)), percent_off=Decimal(15), claim="percent")

    judged = shop.check(shop.asked(percent=percent))

    assert {item.sku: str(item.price) for item in judged.promotion.items} == {"C": "16.99", "D": "0.84"}
    assert codes(judged) == []
    named = PercentAsked(criteria=Criteria(skus=("C", "NO")), percent_off=Decimal(15))
    assert codes(shop.check(shop.asked(percent=named))) == ["PRODUCT_UNKNOWN"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": DAY0},
        {"starts_at": DAY0 - 3 * DAY},
        {"ends_at": DAY0 + 400 * DAY},
        {"time_zone": "Europe/Nowhere"},
        {"items": ()},
    ],
)
def test_one_that_makes_no_sense_is_refused(shop: PromotedShop, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPromotion):
        shop.check(replace(shop.asked(an_item("B", "90.00")), **changes))


def test_a_shop_of_unknown_country_must_be_named(shop: PromotedShop) -> None:
    shop.product("X", ("10.00", LONG_AGO), country=None)

    with pytest.raises(InvalidPromotion, match="country"):
        shop.check(shop.asked(an_item("X", "9.00")))


def test_the_evidence_holds_what_the_verdict_rests_on_and_its_hash_names_it(shop: PromotedShop) -> None:
    promotion = shop.approved(an_item("A", "79.00", Claim("was", Decimal(80))))
    shop.until(DAY0 + DAY)

    (told,) = asyncio.run(shop.promotions.evidence("org", promotion.promotion_id))
    assert [(one["amount"], one["number"]) for one in told["prices"]] == [("80.00", 1), ("100.00", 2)]
    assert (told["prior_price"], told["verdict"], told["final"]) == ("80.00", "allowed", True)
    assert told["window"] == {"start": "2026-10-23T22:00:00.000Z", "end": "2026-11-23T09:00:00.000Z"}
    assert (told["rule"]["article"], told["rule"]["table"]) == ("§ 11", "2026-11-23")
    assert told["hash"] == hash_of(told) != hash_of(told | {"prior_price": "81.00"})


def test_one_that_fails_keeps_no_other_back(shop: PromotedShop) -> None:
    bad, good = shop.approved(an_item("A", "75.00")), shop.approved(an_item("B", "90.00"))
    shop.promotions.broken = {bad.promotion_id}
    for minutes in range(-2, 4):
        shop.now = DAY0 + minutes * MINUTE
        with pytest.raises(Unavailable):
            shop.tick()
        shop.publish()

    assert (shop.shown("B"), shop.of(good).state) == ("90.00", PromotionState.RUNNING)
