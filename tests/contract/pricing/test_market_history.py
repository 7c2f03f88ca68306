"""The history of the market in MongoDB: walked in order, and read from indexes."""

from collections.abc import Callable
from typing import Any

import pytest

from pricing.adapters.documents import offer_document
from pricing.adapters.mongo_market_history import (
    MongoMarketHistory,
    looks_pipeline,
    newest_pipeline,
    products_pipeline,
)
from shared.runtime.mongo import Mongo
from tests.builders.market import watched
from tests.builders.pricing import MONDAY
from tests.fakes.plans import stages
from tests.fakes.runs import Run
from tests.fakes.stored_market import DAY


@pytest.fixture
def mongo(store: Callable[[str], Mongo]) -> Mongo:
    return store("pricing")


LOOKS = looks_pipeline("org", ["a", "b"], MONDAY - DAY, MONDAY)


@pytest.mark.parametrize(
    ("collection", "pipeline"),
    [
        ("observations", LOOKS),
        ("observations", newest_pipeline(LOOKS)),
        ("offers", products_pipeline("org", "a")),
        ("offers", products_pipeline("org", "a", "c1")),
    ],
)
def test_everything_is_read_from_an_index(mongo: Mongo, run: Run, collection: str, pipeline: list[Any]) -> None:
    run(mongo.collection(collection).insert_one({"_id": "x", "organisation_id": "org"}))
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}

    found = set(stages(run(mongo.database.command("explain", command, verbosity="queryPlanner"))))

    assert "IXSCAN" in found
    assert "COLLSCAN" not in found


def test_products_are_walked_in_order_some_at_a_time(mongo: Mongo, run: Run) -> None:
    for number, (name, rival) in enumerate((("b", "c1"), ("a", "c1"), ("a", "c2"), ("c", "c2"))):
        offer = watched(offer_id=f"o{number}", product_id=name, competitor_id=rival)
        run(mongo.collection("offers").insert_one(offer_document(offer)))
    run(mongo.collection("offers").insert_one(offer_document(watched(product_id="a", organisation_id="rival"))))
    history = MongoMarketHistory(mongo)

    assert run(history.products("org", "", 2)) == ["a", "b"]
    assert run(history.products("org", "b\0", 2)) == ["c"]
    assert run(history.products("org", "", 9, "c2")) == ["a", "c"]
    assert run(history.products("rival", "", 9)) == ["a"]
