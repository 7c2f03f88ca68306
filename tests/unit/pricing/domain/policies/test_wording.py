"""F10: what a policy's words must not say, and what they may."""

from typing import Any

import pytest

from pricing.domain.policies.fields import FIELDS, is_biased
from pricing.domain.policies.wording import anti_competitive

REFUSED = [
    "Prices agreed with our competitors",
    "hold the price as agreed with c1",
    "Agreement between the dealers of the region",
    "coordinate our prices with other retailers",
    "an understanding with Mega Shop about the winter sale",
    "Signal to rivals that we will not start a price war",
    "signal our next prices to the competition",
    "punish any competitor that undercuts",
    "retaliate against rivals until they raise",
    "invite the other sellers to follow us up",
    "Cartel prices",
    "tacit coordination on shelves",
    "price-fixing, northern region",
    "p\u200brice f\u00ecxing",
    "we fix prices together",
    "a gentlemen's agreement for Mondays",
    "divide the market: we keep the north",
    "customer allocation is ours, we allocate customers",
    "we and they do not undercut each other",
    "Exchange price lists with competitors",
    "Absprache mit Wettbewerbern",
    "AGREED\nWITH\nCOMPETITORS",
]
ALLOWED = [
    "Match the lowest competitor",
    "One percent under the lowest",
    "two readers must agree before a competitor counts",
    "agreement of readers of competitor pages at least 2",
    "agreed with the category manager",
    "never agreed with a competitor",
    "prices are set alone, without agreement with rivals",
    "warn when competitors undercut us",
    "a demand signal, then match competitors",
    "fixed price while c1 is out of stock",
    "market share of the brand",
    "shared market prices of sellers",
    "price war: end in one move",
    "follow c1 in the same market",
    "exchange rate of the day",
    "coordinated colours of the winter range",
    "Gentlemen's shoes",
    "racing bikes",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_words_of_agreements_and_threats_are_found(text: str) -> None:
    assert anti_competitive(text, {"c1", "mega shop"}) is not None


@pytest.mark.parametrize("text", ALLOWED)
def test_everyday_words_are_not(text: str) -> None:
    assert anti_competitive(text, {"c1", "mega shop"}) is None


def test_what_was_found_is_quoted() -> None:
    assert anti_competitive("Prices agreed with C1!", {"c1"}) == "agreed with c1"


@pytest.mark.parametrize(
    ("name", "biased"),
    [
        ("customer_postcode", True),
        ("Region", True),
        ("zip_code", True),
        ("buyer.age", True),
        ("country_of_origin", False),
        ("stock_age", False),
        ("colour", False),
        ("capacity", False),
        *((name, False) for name in FIELDS),
    ],
)
def test_fields_of_places_and_persons_are_biased(name: str, biased: Any) -> None:
    assert is_biased(name) == biased
