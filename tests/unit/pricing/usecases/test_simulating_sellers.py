"""Policies against each other, and rivals whose prices rise with ours."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.simulation import RivalPrice, RivalProduct, RivalSeller
from pricing.usecases.moves import OwnMove
from tests.builders.pricing import MONDAY
from tests.builders.simulations import ONE_DAY, SimulatedShop, a_document

UNDERCUT: dict[str, Any] = {"reference": "lowest", "relation": "below", "by": {"money": "0.10"}}
BELIEVING = {"quarantine_above_percent": "800"}
TEN_UNDER = a_document(follow=[UNDERCUT], routing=BELIEVING)
PAIR = (RivalSeller(name="us", document=TEN_UNDER), RivalSeller(name="them", document=TEN_UNDER))


def a_price(seller: str, floor: str | None = None, price: str = "12.00") -> RivalPrice:
    """A price of 12.00, with a floor."""
    return RivalPrice(seller=seller, price=Decimal(price), min_price=None if floor is None else Decimal(floor))


E27 = RivalProduct(sku="X", prices=(a_price("us", "10.00"), a_price("them", "10.50")))


def test_e27_two_automated_sellers_settle_at_10_40_and_10_50() -> None:
    result, rows = SimulatedShop().simulated("rivals", sellers=PAIR, products=(E27,))

    (product,) = result["by_product"]
    assert product["settles_at"] == {"us": "10.40", "them": "10.50"}
    assert product["at_once"] == {"us": ["12.00", "10.40"], "them": ["12.00", "10.50"]}
    assert product["outcome"] == "SETTLED"
    assert product["paths"]["us"][:3] == ["12.00", "11.90", "11.70"]
    assert [(row["seller"], row["settles_at"]) for row in rows] == [("us", "10.40"), ("them", "10.50")]


def test_who_has_no_policy_stays_where_it_is() -> None:
    product = replace(E27, prices=(*E27.prices, a_price("shop", price="10.45")))

    result, _ = SimulatedShop().simulated("rivals", sellers=PAIR, products=(product,))

    assert result["by_product"][0]["settles_at"] == {"us": "10.35", "them": "10.50"}


def test_conditions_see_what_each_product_is() -> None:
    of_brand = a_document(follow=[UNDERCUT], routing=BELIEVING, when={"field": "brand", "eq": "Acme"})
    pair = (replace(PAIR[0], document=of_brand), PAIR[1])
    products = (E27, replace(E27, sku="Y", brand="Acme"))

    result, _ = SimulatedShop().simulated("rivals", sellers=pair, products=products)

    settled = {one["sku"]: one["settles_at"] for one in result["by_product"]}
    assert settled == {"X": {"us": "12.00", "them": "11.90"}, "Y": {"us": "10.40", "them": "10.50"}}


@pytest.mark.parametrize(
    ("sellers", "price", "why"),
    [
        (PAIR, "12.005", "at most 2 digits"),
        ((PAIR[0], RivalSeller(name="them", document=replace(TEN_UNDER, currency="USD"))), "12.00", "one currency"),
    ],
)
def test_what_is_no_market_fails_with_the_reason(sellers: tuple[RivalSeller, ...], price: str, why: str) -> None:
    shop = SimulatedShop()
    product = RivalProduct(sku="X", prices=(a_price("us", "10.00", price), a_price("them", "10.50")))

    done = shop.compute(shop.ask("rivals", sellers=sellers, products=(product,)))

    assert (done.state, why in done.detail) == ("FAILED", True)


@pytest.fixture
def risen() -> SimulatedShop:
    """We rose by 2 % in ten steps, and C1 with us each time on the next day; C2 and C3 stayed. A run knows the cost."""
    shop = SimulatedShop()
    begins = MONDAY - 60 * ONE_DAY
    price, own = Decimal("80.00"), []
    for name in ("c1", "c2", "c3"):
        shop.look("p1", "80.00", begins + timedelta(hours=1), competitor_id=name)
    for step in range(10):
        at = begins + (3 + 5 * step) * ONE_DAY
        dearer = (price * Decimal("1.02")).quantize(Decimal("0.01"))
        own.append(OwnMove("p1", at, price, dearer, "BEAT_LOWEST"))
        shop.look("p1", str(dearer), at + timedelta(hours=20), competitor_id="c1")
        price = dearer
    shop.facts.kept["p1"] = replace(shop.facts.kept["p1"], price=price)
    shop.reprice(MONDAY)
    shop.moves.kept["org"] = own
    return shop


def test_prices_that_rise_together_are_told_with_their_days(risen: SimulatedShop) -> None:
    result, rows = risen.simulated("convergence", shop_id="demo-eu", days=60)

    (pair,) = [one for one in result["by_pair"] if one["parallel"]]
    assert pair["competitor_id"] == "c1"
    assert len(pair["rises"]) >= 8
    assert pair["rises"][0]["our_percent"] == 2.0
    assert (pair["costs_percent"], pair["market_percent"]) == (0.0, 0.0)
    assert {row["competitor_id"]: row["parallel"] for row in rows} == {"c1": "yes", "c2": "no", "c3": "no"}


def test_nothing_is_said_where_nobody_knows_what_it_cost(risen: SimulatedShop) -> None:
    risen.runs.taken.clear()

    result, _ = risen.simulated("convergence", shop_id="demo-eu", days=60)

    assert result["parallel"] == 0
    assert result["by_pair"][0]["why_not"] in {"our costs are not known", "the prices have not both risen"}


def test_another_organisations_products_are_not_looked_at(risen: SimulatedShop) -> None:
    asked = risen.ask("convergence", organisation_id="rival", shop_id="demo-eu", days=60)

    done = risen.compute(asked)

    assert done.summary is not None
    assert (done.summary["products"], done.summary["pairs"]) == (0, 0)
