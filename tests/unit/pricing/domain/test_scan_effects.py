"""What decisions see otherwise after looks than before."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.reading import Availability
from pricing.domain.scan_effects import changed_offers, decided_anew
from tests.builders.pricing import MONDAY, an_observation, an_offer

OFFER = an_offer("90")
UNREAD = replace(OFFER, latest=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"item_price": Decimal("89.99")},
        {"shipping": Decimal("4.95")},
        {"currency": "USD"},
        {"availability": Availability.OUT_OF_STOCK},
        {"seller": "OWN2"},
        {"fulfilment": "marketplace"},
        {"pack": 2},
    ],
    ids=str,
)
def test_another_look_is_news_when_it_shows_something_else(changes: dict[str, Any]) -> None:
    assert OFFER.latest is not None
    after = replace(OFFER, latest=replace(OFFER.latest, **changes))

    assert decided_anew({"o": OFFER}, {"o": after}) == [after]


def test_the_same_look_later_is_none() -> None:
    assert OFFER.latest is not None
    again = replace(
        OFFER.latest, observation_id="again", captured_at=MONDAY + timedelta(hours=1), confidence=Decimal(1)
    )

    assert decided_anew({"o": OFFER}, {"o": replace(OFFER, latest=again, previous=OFFER.latest)}) == []


def test_a_first_price_is_news_for_decisions_and_no_change_of_the_market() -> None:
    assert decided_anew({"o": UNREAD}, {"o": OFFER}) == decided_anew({}, {"o": OFFER}) == [OFFER]
    assert changed_offers({"o": UNREAD}, {"o": OFFER}) == []
    assert decided_anew({"o": UNREAD}, {"o": replace(UNREAD, misses=1)}) == []


def test_a_doubt_is_news_when_it_comes_and_when_it_goes_and_not_when_it_changes() -> None:
    doubts = [replace(OFFER, quarantined=an_observation(price)) for price in ("1", "2")]

    assert decided_anew({"o": OFFER}, {"o": doubts[0]}) == [doubts[0]]
    assert decided_anew({"o": doubts[0]}, {"o": doubts[1]}) == []
    assert decided_anew({"o": doubts[1]}, {"o": OFFER}) == [OFFER]
