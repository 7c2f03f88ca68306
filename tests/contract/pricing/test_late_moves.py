"""Prices that nobody read back, and the moves that they were: in memory and in MongoDB the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from pricing.adapters.mongo_changes import COLLECTION, MongoPriceChanges, change_document
from pricing.adapters.mongo_late_moves import OF_PRODUCT, MongoLateMoves, unread_of
from pricing.domain.price_change import PriceChange, State
from pricing.usecases.moves import LateMove, LateMoves
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.pricing import MONDAY, a_change
from tests.fakes.cloud import FakeCloud
from tests.fakes.own_moves import FakeOwnMoves
from tests.fakes.runs import Run

HOUR = timedelta(hours=1)
UNREAD = a_change(state=State.UNKNOWN)


@pytest.fixture(params=["fake", "mongodb"])
def moves(request: pytest.FixtureRequest, run: Run) -> Callable[..., LateMoves]:
    """The moves, with some changes kept beside them."""
    fake = FakeOwnMoves()
    if request.param == "fake":

        def in_memory(*changes: PriceChange) -> LateMoves:
            fake.changes.kept.update({one.change_id: one for one in changes})
            return fake

        return in_memory
    assert isinstance(request.getfixturevalue("cloud"), FakeCloud)
    mongo: Mongo = request.getfixturevalue("store")("pricing")

    def in_mongodb(*changes: PriceChange) -> LateMoves:
        run(mongo.collection(COLLECTION).insert_many([change_document(one) for one in changes]))
        return MongoLateMoves(mongo)

    return in_mongodb


def test_only_what_was_not_read_back_of_those_products_is_read_oldest_first(
    moves: Callable[..., LateMoves], run: Run
) -> None:
    later = replace(UNREAD, change_id="later", proposed_at=MONDAY + HOUR)
    kept = moves(
        later,
        UNREAD,
        replace(UNREAD, change_id="applied", state=State.APPLIED),
        replace(UNREAD, change_id="other", product_id="other"),
        replace(UNREAD, change_id="theirs", organisation_id="rival"),
    )

    assert run(kept.unread("org", ["prd", "none"])) == [UNREAD, later]
    assert run(kept.unread("org", [])) == []


def test_a_change_is_noted_once_and_by_its_organisation(moves: Callable[..., LateMoves], run: Run) -> None:
    theirs = replace(UNREAD, change_id="theirs", organisation_id="rival", before=None)
    kept = moves(UNREAD, theirs)

    run(kept.note([LateMove(UNREAD, MONDAY + HOUR), LateMove(theirs, MONDAY + HOUR)], MONDAY + 3 * HOUR))
    run(kept.note([LateMove(UNREAD, MONDAY + 2 * HOUR)], MONDAY + 4 * HOUR))
    run(kept.note([], MONDAY))

    def told(organisation_id: str) -> list[tuple[datetime, Decimal | None, Decimal]]:
        found = run(kept.of_products(organisation_id, ["prd"], MONDAY))
        return [(one.at, one.before, one.after) for one in found]

    assert told("org") == [(MONDAY + HOUR, Decimal("99.99"), Decimal("95.99"))]
    assert told("rival") == [(MONDAY + HOUR, None, Decimal("95.99"))]
    assert run(kept.unread("org", ["prd"])) == run(kept.unread("rival", ["prd"])) == []


def test_a_change_that_was_noted_is_applied_since_then_and_fed(
    store: Callable[[str], Mongo], cloud: FakeCloud, run: Run
) -> None:
    mongo = store("pricing")
    run(mongo.collection(COLLECTION).insert_one(change_document(UNREAD)))
    changes = MongoPriceChanges(mongo, Outbox(mongo, "pricing"), lambda prefix: f"{prefix}_1")

    for hours in (3, 9):
        run(MongoLateMoves(mongo).note([LateMove(UNREAD, MONDAY + HOUR)], MONDAY + hours * HOUR))

    (applied,) = run(changes.applied("org", "demo-eu", Window(), MONDAY + 10 * HOUR)).items
    assert (applied.state, applied.applied_at, applied.after) == (State.APPLIED, MONDAY + 3 * HOUR, UNREAD.after)
    assert cloud.sent == []


def test_what_was_not_read_back_is_found_by_an_index(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    others = [replace(UNREAD, change_id=f"c{number}", product_id=f"p{number}") for number in range(40)]
    run(mongo.collection(COLLECTION).insert_many([change_document(one) for one in (UNREAD, *others)]))
    command = {"find": COLLECTION, "filter": unread_of("org", ["prd", "other"]), "hint": OF_PRODUCT}
    plan = str(run(mongo.database.command("explain", command)))
    assert "IXSCAN" in plan, plan
    assert "COLLSCAN" not in plan
