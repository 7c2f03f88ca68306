"""When a new price is not believed, and what lets it through after all."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.competitor_rules import Trust
from pricing.domain.errors import InvalidCompetitor, NotInQuarantine
from pricing.domain.market import Observation, Offer
from pricing.domain.reading import Vote
from pricing.domain.recording import Known, Looked, looked, rejected, released
from pricing.domain.trust import divergence_percent, suspicions
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts

HOUR = timedelta(hours=1)


def look(price: str | None, hours: int, **changes: Any) -> Observation:
    """What a job saw so many hours after Monday, with two readers who agree."""
    name = f"obs-{hours}"
    fields: dict[str, Any] = {
        "observation_id": name,
        "job_id": f"job-{hours}",
        "captured_at": MONDAY + hours * HOUR,
        "agreement": 2,
    }
    if price is None:
        fields |= {"item_price": None, "currency": None, "outcome": "blocked"}
    return an_observation(price or "0", **(fields | changes))


def known(price: str | None = None, **trust: Any) -> Known:
    """Our own price, and how far the competitor is trusted."""
    return Known(
        competitors={"c1": a_competitor(trust=Trust(**trust))},
        facts={} if price is None else {"prd": some_facts(price)},
    )


def unseen(**changes: Any) -> Offer:
    return replace(an_offer("1", offer_id="off"), latest=None, **changes)


def after(*looks: Observation, offer: Offer | None = None, given_: Known | None = None) -> Offer:
    """The offer once these looks were taken in."""
    standing = offer or unseen()
    for one in looks:
        result = looked(standing, one, given_ or Known())
        assert result.offer is not None
        standing = result.offer
    return standing


def price_of(seen: Observation | None) -> str | None:
    return None if seen is None else str(seen.item_price)


@pytest.mark.parametrize(
    ("standing", "new", "said"),
    [
        ("100", "60", ()),
        ("100", "59.99", ("jump",)),
        ("100", "140", ()),
        ("100", "140.01", ("jump",)),
        ("89.90", "8.99", ("decimal_slip", "jump")),
        ("89.90", "899.00", ("decimal_slip", "jump")),
        ("89.90", "8990", ("decimal_slip", "far", "jump")),
        ("89.90", "0.0899", ("decimal_slip", "far", "jump")),
        ("89.90", "9.07", ("decimal_slip", "jump")),
        ("89.90", "9.09", ("jump",)),
        ("1149.00", "1.099", ("far", "jump")),
        ("100", "1000.01", ("decimal_slip", "far", "jump")),
        ("100", "100.0", ()),
        ("100", "0", ("not_positive",)),
        ("100", "-5", ("not_positive",)),
        ("100", "NaN", ("not_positive",)),
    ],
)
def test_a_new_price_is_held_against_the_one_that_stands(standing: str, new: str, said: tuple[str, ...]) -> None:
    offer = after(look(standing, 0))

    assert suspicions(look(new, 1), offer, None, Trust()) == said


@pytest.mark.parametrize(
    ("changes", "trust", "said"),
    [
        ({"currency": "USD"}, {}, ("currency_changed",)),
        ({"currency": None}, {}, ("currency_changed",)),
        ({"confidence": Decimal("0.39")}, {"min_confidence": Decimal("0.4")}, ("low_confidence",)),
        ({"confidence": Decimal("0.4")}, {"min_confidence": Decimal("0.4")}, ()),
        ({"votes": (("json-ld", "90"), ("plain", "12"))}, {}, ()),
        (
            {"votes": (("json-ld", "90"), ("plain", "12"), ("rdfa", "13"), ("microdata", "1"))},
            {},
            ("readers_disagree",),
        ),
    ],
)
def test_a_reading_may_doubt_itself(changes: dict[str, Any], trust: dict[str, Any], said: tuple[str, ...]) -> None:
    if "votes" in changes:
        votes = tuple(Vote(reader=name, item_price=Decimal(price), currency="EUR") for name, price in changes["votes"])
        changes = changes | {"votes": votes}

    assert suspicions(look("90", 1, **changes), after(look("100", 0)), None, Trust(**trust)) == said


def test_divergence_is_the_distance_from_our_own_price_in_percent_of_it() -> None:
    facts = some_facts("19.86")
    offer, theirs = after(look("22.00", 0)), look("22.90", 1)

    assert round(divergence_percent(Decimal("19.86"), Decimal("22.90")), 2) == round(Decimal("15.31"), 2)
    assert suspicions(theirs, offer, facts, Trust(divergence_percent=Decimal(15))) == ("divergence",)
    assert suspicions(theirs, offer, facts, Trust(divergence_percent=Decimal("15.31"))) == ()
    assert suspicions(theirs, offer, facts, Trust()) == ()


def test_a_first_price_is_held_against_our_own() -> None:
    facts = some_facts("1149.00")

    assert suspicions(look("1.099", 0), unseen(), facts, Trust()) == ("far",)
    assert suspicions(look("1099", 0), unseen(), facts, Trust()) == ()
    assert suspicions(look("1.099", 0), unseen(), None, Trust()) == ()


def test_j8_a_misread_price_is_kept_in_history_and_never_lets_itself_through() -> None:
    offer = after(look("1149.00", 0))
    for hours in range(1, 30):
        result = looked(offer, look("1.099", hours), Known())
        assert result.offer is not None
        assert (result.seen.quality, result.seen.suspicions) == ("suspicious", ("far", "jump"))
        offer = result.offer

    assert (price_of(offer.latest), price_of(offer.quarantined)) == ("1149.00", "1.099")
    assert offer.latest is not None
    assert offer.latest.captured_at == MONDAY


def test_a_second_job_with_two_readers_lets_a_jump_through() -> None:
    offer = after(look("100", 0), look("50", 1))
    assert (price_of(offer.latest), price_of(offer.quarantined)) == ("100", "50")

    result = looked(offer, look("50", 2), Known())

    assert result.offer is not None
    assert (price_of(result.offer.latest), result.offer.quarantined) == ("50", None)
    assert price_of(result.offer.previous) == "100"
    assert (result.seen.quality, result.changed and result.changed.quality) == ("released", "released")
    assert result.changed is not None
    assert result.changed.observation_id == "obs-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"job_id": "job-1"},
        {"agreement": 1},
        {"item_price": Decimal("50.01")},
        {"currency": "USD"},
    ],
)
def test_nothing_less_lets_it_through(changes: dict[str, Any]) -> None:
    offer = after(look("100", 0), look("50", 1), look("50", 2, **changes))

    assert price_of(offer.latest) == "100"
    assert offer.quarantined is not None


@pytest.mark.parametrize("wild", ["10", "1000", "1001", "9.99", "5"])
def test_a_slip_or_a_move_beyond_ten_times_never_lets_itself_through(wild: str) -> None:
    offer = after(look("100", 0), *(look(wild, hours) for hours in range(1, 6)))

    assert (price_of(offer.latest), price_of(offer.quarantined)) == ("100", wild)


def test_another_currency_never_lets_itself_through() -> None:
    offer = after(look("100", 0), *(look("100", hours, currency="USD") for hours in range(1, 6)))

    assert offer.latest is not None
    assert offer.latest.currency == "EUR"


def test_a_return_to_the_old_price_clears_the_quarantine() -> None:
    offer = after(look("100", 0), look("50", 1), look("100", 2))

    assert (price_of(offer.latest), offer.quarantined) == ("100", None)
    assert offer.latest is not None
    assert offer.latest.captured_at == MONDAY + 2 * HOUR


def test_a_look_between_two_others_may_explain_the_later_one() -> None:
    offer = after(look("100", 0), look("50", 2))

    result = looked(offer, look("70", 1), Known())

    assert result.offer is not None
    assert (price_of(result.offer.latest), result.offer.quarantined) == ("50", None)
    assert result.changed is not None
    assert (result.changed.quality, result.changed.suspicions) == ("ok", ())


def test_a_person_lets_a_price_through_and_it_is_believed_from_then_on() -> None:
    waiting = after(look("1149.00", 0), look("1.099", 1))
    assert waiting.quarantined is not None

    result = released(waiting, waiting.quarantined)
    assert result.offer is not None
    again = after(look("1.099", 2), offer=result.offer)

    assert (result.seen.quality, price_of(result.offer.latest)) == ("released", "1.099")
    assert (again.quarantined, again.latest and again.latest.observation_id) == (None, "obs-2")


def test_a_price_let_through_too_late_does_not_replace_a_newer_one() -> None:
    doubted = look("50", 1)
    offer = after(look("100", 0), doubted, look("95", 2))

    result = released(offer, replace(doubted, quality="suspicious"))

    assert result.offer is not None
    assert (result.seen.quality, price_of(result.offer.latest)) == ("released", "95")


def test_releasing_a_look_releases_the_same_price_that_was_read_since() -> None:
    first = look("1.099", 1)
    offer = after(look("1149.00", 0), first, look("1.099", 2))

    result = released(offer, replace(first, quality="suspicious"))

    assert result.offer is not None
    assert (result.offer.latest and result.offer.latest.observation_id, result.offer.quarantined) == ("obs-2", None)
    assert (result.changed and result.changed.quality) == "released"


def test_a_price_that_a_person_refused_is_not_let_through_by_repeating() -> None:
    waiting = after(look("100", 0), look("50", 1))
    assert waiting.quarantined is not None

    refused = rejected(waiting, waiting.quarantined)
    assert refused.offer is not None
    later = after(*(look("50", hours) for hours in range(2, 6)), offer=refused.offer)

    assert (refused.seen.quality, refused.offer.quarantined) == ("rejected", None)
    assert (price_of(later.latest), price_of(later.quarantined)) == ("100", "50")
    assert later.quarantined is not None
    assert "rejected_before" in later.quarantined.suspicions


def test_a_person_may_change_their_mind_about_a_price_they_refused() -> None:
    waiting = after(look("100", 0), look("50", 1))
    assert waiting.quarantined is not None
    refused = rejected(waiting, waiting.quarantined)
    assert refused.offer is not None
    again = after(look("50", 2), offer=refused.offer)
    assert again.quarantined is not None

    result = released(again, again.quarantined)

    assert result.offer is not None
    assert (price_of(result.offer.latest), result.offer.rejected) == ("50", ())


def test_a_late_doubted_price_takes_no_place_from_a_newer_one() -> None:
    offer = after(look("100", 0), look("50", 2), look("40", 1))

    assert (price_of(offer.latest), price_of(offer.quarantined)) == ("100", "50")


def test_a_failure_that_comes_late_says_nothing_of_now() -> None:
    offer = after(look("100", 2), look(None, 1, outcome="not_found"))

    assert (offer.failing_since, offer.misses) == (None, 0)
    assert offer.last_failure is not None


def test_what_was_judged_can_be_judged_the_same_way_again_and_no_other() -> None:
    waiting = after(look("100", 0), look("50", 1))
    assert waiting.quarantined is not None
    gone = released(waiting, waiting.quarantined)

    assert released(gone.offer, gone.seen) == Looked(gone.seen, gone.offer)
    for wrong in (gone.seen, look("1", 1)):
        with pytest.raises(NotInQuarantine):
            rejected(gone.offer, wrong)


def test_a_server_that_left_the_page_unchanged_confirms_what_stands() -> None:
    offer = after(look("100", 0, etag="a", seller="Them"))
    unchanged = look(None, 3, outcome="unchanged", asked_etag="a", http_status=304, bytes_read=7)

    result = looked(offer, unchanged, Known())

    seen = result.seen
    assert result.offer is not None
    assert (result.offer.latest, result.offer.misses) == (seen, 0)
    assert (seen.outcome, price_of(seen), seen.seller, seen.http_status, seen.bytes_read) == (
        *("unchanged", "100", "Them", 304, 7),
    )
    assert (seen.captured_at, seen.job_id, seen.observation_id) == (MONDAY + 3 * HOUR, "job-3", "obs-3")


@pytest.mark.parametrize(
    ("offer", "changes"),
    [
        (None, {}),
        (unseen(), {}),
        (after(look("100", 0, etag="a")), {"etag": "b"}),
        (after(look("100", 0, last_modified="then")), {"last_modified": "now"}),
        (after(look("100", 0, etag="a")), {}),
        (after(look("100", 0, etag="a")), {"asked_etag": "b", "etag": "a"}),
        (after(look("100", 0, etag="a", last_modified="then")), {"asked_etag": "b", "asked_last_modified": "then"}),
        (after(look("100", 0, etag="a")), {"asked_last_modified": "then", "etag": "a"}),
        (after(look("100", 0)), {"asked_etag": "a"}),
    ],
)
def test_what_is_unchanged_without_standing_is_a_named_failure(offer: Offer | None, changes: dict[str, Any]) -> None:
    result = looked(offer, look(None, 3, outcome="unchanged", **changes), Known())

    assert (result.seen.outcome, result.seen.item_price) == ("http_error", None)
    assert "nothing changed" in result.seen.detail
    assert result.offer is None or result.offer.last_failure == result.seen


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ({"etag": 'W/"abc"'}, {"asked_etag": 'W/"abc"', "etag": '"abc"'}),
        ({"etag": '"abc"'}, {"asked_etag": 'W/"abc"'}),
        ({"etag": '"abc-gzip"'}, {"asked_etag": '"abc-gzip"', "etag": '"abc"'}),
        ({"etag": '"abc"'}, {"asked_etag": '"abc-gzip"', "etag": '"xyz"'}),
        ({"etag": '"abc"', "last_modified": "then"}, {"asked_etag": '"abc"', "last_modified": "now"}),
        ({"last_modified": "then"}, {"asked_last_modified": "then"}),
        # A message from before the condition was told.
        ({"etag": 'W/"abc"'}, {"etag": '"abc"'}),
        ({"last_modified": "then"}, {"last_modified": "then"}),
    ],
)
def test_what_a_server_was_asked_about_is_what_it_confirms(standing: dict[str, Any], told: dict[str, Any]) -> None:
    offer = after(look("100", 0, **standing))

    result = looked(offer, look(None, 3, outcome="unchanged", **told), Known())

    assert (result.seen.outcome, price_of(result.seen)) == ("unchanged", "100")
    assert (result.seen.etag, result.seen.last_modified) == (standing.get("etag"), standing.get("last_modified"))


def test_a_page_that_is_unchanged_since_the_old_price_clears_the_quarantine() -> None:
    offer = after(look("100", 0, etag="a"), look("50", 1, etag="b"), look(None, 2, outcome="unchanged", etag="a"))

    assert (price_of(offer.latest), offer.quarantined) == ("100", None)


def test_failures_say_since_when_and_end_with_a_price() -> None:
    failing = after(look("100", 0), look(None, 1), look(None, 2, outcome="not_found"), look(None, 3))
    mended = after(look("99", 4), offer=failing)
    doubted = after(look("9", 4), offer=failing)

    assert (failing.failing_since, failing.misses, price_of(failing.latest)) == (MONDAY + HOUR, 1, "100")
    assert (mended.failing_since, mended.misses) == (None, 0)
    assert (doubted.failing_since, doubted.misses) == (None, 0)


@pytest.mark.parametrize("wrong", [{"jump_percent": Decimal(0)}, {"divergence_percent": Decimal(-1)}])
def test_a_threshold_that_lets_nothing_through_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidCompetitor):
        Trust(**wrong)


LOOKS = st.lists(
    st.tuples(
        st.sampled_from(["100", "95", "70", "50", "10", "1000", "0", None]),
        st.integers(0, 2),
        st.sampled_from(["EUR", "USD"]),
    ),
    max_size=8,
)


@given(LOOKS, st.randoms(use_true_random=False))
def test_whatever_comes_in_whatever_order_a_doubted_price_never_stands(looks: list[Any], order: Any) -> None:
    told = [look(price, hours, agreement=readers, currency=code) for hours, (price, readers, code) in enumerate(looks)]
    order.shuffle(told)
    offer, newest = unseen(), MONDAY - HOUR
    for one in told:
        result = looked(offer, one, Known())
        twice = looked(result.offer, one, Known())
        assert twice.offer == result.offer
        assert result.offer is not None
        offer = result.offer
        if offer.latest is not None:
            assert offer.latest.quality != "suspicious"
            assert offer.latest.captured_at >= newest
            newest = offer.latest.captured_at
        if offer.quarantined is not None:
            assert offer.quarantined.quality == "suspicious"
            assert offer.latest is None or offer.quarantined.captured_at > offer.latest.captured_at


@given(st.lists(st.integers(90, 110), min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_prices_that_are_believed_end_in_the_newest_whatever_their_order(prices: list[int], order: Any) -> None:
    told = [look(str(price), hours) for hours, price in enumerate(prices)]
    mixed = list(told)
    order.shuffle(mixed)

    assert after(*mixed).latest == after(*told).latest


@given(st.permutations([0, 1, 2, 3]))
def test_a_confirmed_jump_stands_whatever_the_order_of_its_messages(order: list[int]) -> None:
    told = [look("100", 0), look("50", 1), look("50", 2), look("51", 3)]

    offer = after(*(told[place] for place in order), given_=known("100"))

    assert offer.latest is not None
    assert offer.latest.quality != "suspicious"
    # Whoever reads the newest first has nothing to doubt it by.
    assert price_of(offer.latest) == "51" or order.index(0) < order.index(3)


@pytest.mark.parametrize(("own", "expected"), [(None, "LV-1010"), ("DE-10115", "DE-10115")])
def test_a_look_says_the_region_its_price_is_shown_for(own: str | None, expected: str) -> None:
    placed = Known(competitors={"c1": a_competitor(region="LV-1010")})

    for price in ("50", None):
        assert looked(unseen(), look(price, 1, region=own), placed).seen.region == expected
