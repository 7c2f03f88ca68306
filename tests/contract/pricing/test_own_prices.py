"""What the history of our own prices promises, in memory and in MongoDB."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from pricing.adapters.mongo_own_prices import changes_pipeline, standing_pipeline
from pricing.domain.promotions.own_price import OwnPrice
from pricing.usecases.record_products import RecordProducts
from shared.runtime.mongo import Mongo
from tests.builders.pricing import MONDAY, some_facts
from tests.fakes.own_moves import FakeOwnMoves
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

DAY = timedelta(days=1)


def recorder(kept: Kept) -> RecordProducts:
    return RecordProducts(
        facts=kept.stores.facts, own_prices=kept.stores.own_prices, moves=FakeOwnMoves(), clock=lambda: MONDAY
    )


def told(price: str | None, days: int, number: int, **changes: Any) -> Any:
    fields = {"price_since": MONDAY + days * DAY, "price_number": number, "revision": number}
    return some_facts(price, **(fields | changes))


def shown(kept: Kept, run: Run, since: int, until: int, organisation_id: str = "org") -> list[tuple[Any, ...]]:
    """The price and day of each price of the product in a time."""
    found = run(
        kept.stores.own_prices.between(organisation_id, ["prd", "other"], MONDAY + since * DAY, MONDAY + until * DAY)
    )
    return [(one.amount, (one.valid_from - MONDAY).days, one.number) for one in found.get("prd", [])]


HISTORY = [told("80.00", -40, 1), told("100.00", -20, 2), told("90.00", 0, 3)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_prices_are_noted_once_in_any_order_and_however_often_they_are_told(
    kept: Kept, run: Run, order: tuple[int, ...]
) -> None:
    record = recorder(kept)
    for place in (*order, *order):
        run(record([HISTORY[place]]))
    # The same price, with more stock.
    run(record([told("90.00", 0, 3, revision=9)], again=True))

    assert shown(kept, run, -50, 9) == [
        (Decimal("80.00"), -40, 1),
        (Decimal("100.00"), -20, 2),
        (Decimal("90.00"), 0, 3),
    ]
    assert shown(kept, run, -50, 9, "rival") == []


def test_the_price_that_stood_at_the_start_is_told_and_what_begins_at_the_end_is_not(kept: Kept, run: Run) -> None:
    run(recorder(kept)(HISTORY))

    assert [one[1] for one in shown(kept, run, -30, 0)] == [-40, -20]
    assert [one[1] for one in shown(kept, run, -20, 1)] == [-20, 0]
    assert [one[1] for one in shown(kept, run, -19, 0)] == [-20]
    assert shown(kept, run, -50, -40) == []


def test_a_product_without_a_price_is_part_of_the_history(kept: Kept, run: Run) -> None:
    run(recorder(kept)([told(None, -3, 4)]))

    assert shown(kept, run, -9, 0) == [(None, -3, 4)]


def test_what_is_told_again_mends_a_copy_of_the_same_revision_and_none_of_a_later_one(kept: Kept, run: Run) -> None:
    note = kept.stores.own_prices.note

    def a_price(days: int, revision: int) -> OwnPrice:
        return OwnPrice(
            organisation_id="org",
            product_id="prd",
            amount=Decimal(80),
            currency="EUR",
            valid_from=MONDAY + days * DAY,
            number=1,
            revision=revision,
        )

    run(note([a_price(-5, 4)]))
    run(note([a_price(-6, 4)]))
    run(note([a_price(-7, 3)], again=True))
    unmended = shown(kept, run, -50, 9)
    run(note([a_price(-8, 4)], again=True))

    assert [one[1] for one in unmended] == [-5]
    assert [one[1] for one in shown(kept, run, -50, 9)] == [-8]


def test_the_history_is_read_from_its_index(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    run(mongo.collection("own_prices").insert_one({"_id": "x", "organisation_id": "org"}))
    commands: list[dict[str, Any]] = [
        {"aggregate": "own_prices", "pipeline": standing_pipeline("org", ["a", "b"], MONDAY), "cursor": {}},
        {
            "aggregate": "own_prices",
            "pipeline": changes_pipeline("org", ["a", "b"], MONDAY, MONDAY + DAY),
            "cursor": {},
        },
    ]

    plans = [str(run(mongo.database.command("explain", one, verbosity="queryPlanner"))) for one in commands]

    assert all("IXSCAN" in plan and "COLLSCAN" not in plan for plan in plans), plans
