"""The offers that decisions are made from: a stretch of a shop or one by one, with all that is asked of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters import offers_to_decide
from pricing.adapters.documents import offer_document
from pricing.adapters.mongo_market import MongoOffers
from pricing.adapters.offers_to_decide import DECIDED_BY, stretch_query
from pricing.domain.decisions.inputs import inputs_of
from pricing.domain.decisions.subjects import Subject
from pricing.domain.market import Normalised, Offer
from pricing.domain.reading import Availability
from shared.runtime.mongo import Document, Mongo
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts
from tests.fakes.plans import explained, stages
from tests.fakes.runs import Run

SHOP = "demo-eu"
LATER = MONDAY + timedelta(hours=1)
FULL = an_observation(
    "61.00",
    observation_id="obs-full",
    shipping=Decimal("4.90"),
    seller="Somebody",
    agreement=3,
    confidence=Decimal("0.7"),
    fulfilment="marketplace",
    availability=Availability.OUT_OF_STOCK,
    title="Lamp",
    normalised=Normalised(
        item_price=Decimal("50.00"), landed_price=Decimal("54.10"), currency="EUR", rate_date=date(2026, 11, 20)
    ),
)


@pytest.fixture
def mongo(store: Callable[[str], Mongo]) -> Mongo:
    return store("pricing")


@pytest.fixture(params=["stretch", "one by one"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(offers_to_decide, "FEW_PRODUCTS", 0 if request.param == "stretch" else 1_000)
    return str(request.param)


def keep(mongo: Mongo, run: Run, offers: Sequence[Offer]) -> None:
    run(mongo.collection("offers").insert_many([offer_document(one) for one in offers]))


def of(product_id: str, name: str = "", **changes: Any) -> Offer:
    return replace(an_offer("50", offer_id=name or f"off-{product_id}"), product_id=product_id, **changes)


def ids(found: dict[str, tuple[Offer, ...]]) -> dict[str, list[str]]:
    return {product: sorted(one.offer_id for one in offers) for product, offers in found.items()}


def test_only_offers_of_the_products_of_one_shop_of_one_organisation(mongo: Mongo, run: Run, way: str) -> None:
    asked = [of("p1"), of("p1", "second"), of("p3"), of("p5")]
    others = [
        of("p2"),
        of("p3", "theirs", organisation_id="rival"),
        of("p3", "elsewhere", shop_id="demo-us"),
        of("p0"),
        of("p6"),
    ]
    keep(mongo, run, [*asked, *others])

    found = run(MongoOffers(mongo).to_decide("org", SHOP, ["p5", "p3", "p1", "p4"]))

    assert ids(found) == {"p1": ["off-p1", "second"], "p3": ["off-p3"], "p5": ["off-p5"]}, way
    assert run(MongoOffers(mongo).to_decide("rival", "demo-us", ["p1", "p3"])) == {}
    assert run(MongoOffers(mongo).to_decide("org", SHOP, [])) == {}


def test_a_decision_sees_the_same_as_in_whole_offers(mongo: Mongo, run: Run, way: str) -> None:
    doubted = replace(FULL, observation_id="doubted", captured_at=LATER, seller="Another")
    offers = [
        of("p1", "full", latest=FULL, previous=FULL, match_type="equivalent"),
        of("p1", "doubted", latest=FULL, quarantined=doubted),
        of("p1", "unseen", latest=None),
        of("p1", "plain"),
    ]
    keep(mongo, run, offers)
    facts = some_facts(product_id="p1")
    competitors = {"c1": a_competitor()}

    (read,) = run(MongoOffers(mongo).to_decide("org", SHOP, ["p1"])).values()

    assert len(read) == 4, way
    seen, whole = ([Subject(facts, tuple(some))] for some in (read, offers))
    assert inputs_of(seen, competitors, LATER) == inputs_of(whole, competitors, LATER)


class Asked:
    """A value that notes what is asked of it, by name."""

    def __init__(self, value: Any, noted: set[str], within: str = "") -> None:
        self._value, self._noted, self._within = value, noted, within

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        if name in {"latest", "quarantined"}:
            return None if value is None else Asked(value, self._noted, f"{name}.")
        if name == "landed_price":
            self._noted |= {f"{self._within}item_price", f"{self._within}shipping"}
        else:
            self._noted.add(f"{self._within}{'_id' if name == 'observation_id' else name}")
        return value


def test_nothing_that_a_decision_asks_is_left_out() -> None:
    asked: set[str] = set()
    for offer in (of("prd"), of("prd", latest=FULL), of("prd", quarantined=FULL), of("prd", latest=None)):
        noting: Any = Asked(offer, asked)
        for facts in (some_facts(), some_facts(currency="USD", own_seller_ids=("Somebody",))):
            inputs_of([Subject(facts, (noting,))], {"c1": a_competitor()}, LATER)

    assert {"latest.normalised", "quarantined.seller", "latest.shipping"} <= asked
    assert asked <= {*DECIDED_BY}


def test_a_stretch_that_is_mostly_of_others_is_left_for_reading_by_name(
    mongo: Mongo, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers_to_decide, "FEW_PRODUCTS", 0)
    monkeypatch.setattr(offers_to_decide, "MOST_STRANGERS", 3)
    keep(mongo, run, [of(f"p{place}") for place in range(9)])
    reads: list[Document] = []

    class Noting:
        def find(self, query: Document, *args: Any, **options: Any) -> Any:
            reads.append(query["product_id"])
            return mongo.collection("offers").find(query, *args, **options)

    noting: Any = Noting()
    few = run(offers_to_decide.read_offers(noting, "org", SHOP, ["p0", "p8"]))
    most = run(offers_to_decide.read_offers(noting, "org", SHOP, [f"p{place}" for place in range(0, 9, 2)]))

    assert (sorted(few), sorted(most)) == (["p0", "p8"], ["p0", "p2", "p4", "p6", "p8"])
    between = {"$gte": "p0", "$lte": "p8"}
    assert reads == [between, {"$in": ["p0", "p8"]}, between]


@pytest.mark.parametrize(
    "query",
    [
        stretch_query({"organisation_id": "org", "shop_id": SHOP}, ["p1", "p2", "p3"]),
        {"organisation_id": "org", "shop_id": SHOP, "product_id": {"$in": ["p1", "p3"]}},
    ],
)
def test_both_ways_are_read_from_the_index_of_the_shop(mongo: Mongo, run: Run, query: Document) -> None:
    keep(mongo, run, [of("p1")])

    plan = run(explained(mongo, "offers", query))

    assert "'of_shop'" in str(plan), plan
    assert {"IXSCAN"} <= set(stages(plan)) <= {"IXSCAN", "FETCH"}, plan
