"""What the catalogue tells: kept, and a move of ours where it tells a price that nobody read back."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.market import ProductFacts
from pricing.domain.price_change import State
from pricing.usecases.moves import OwnMove
from pricing.usecases.record_products import RecordProducts
from tests.builders.pricing import MONDAY, a_change, some_facts
from tests.fakes.own_moves import FakeOwnMoves
from tests.fakes.own_prices import FakeOwnPrices
from tests.fakes.pricing import FakeFacts

HOUR = timedelta(hours=1)
CHANGE = a_change(state=State.UNKNOWN, proposed_at=MONDAY, product_revision=1)
TOLD = some_facts("95.99", revision=2, price_since=MONDAY + HOUR)
MOVE = OwnMove("prd", MONDAY + HOUR, Decimal("99.99"), Decimal("95.99"), "CHANGE_LIMIT")


@dataclass
class World:
    facts: FakeFacts = field(default_factory=FakeFacts)
    moves: FakeOwnMoves = field(default_factory=FakeOwnMoves)

    def __post_init__(self) -> None:
        self.moves.changes.kept[CHANGE.change_id] = CHANGE

    def tell(self, *facts: ProductFacts, again: bool = False) -> list[OwnMove]:
        record = RecordProducts(
            facts=self.facts, own_prices=FakeOwnPrices(), moves=self.moves, clock=lambda: MONDAY + 9 * HOUR
        )
        asyncio.run(record(facts, again=again))
        return self.moves.kept.get("org", [])


@pytest.fixture
def world() -> World:
    return World()


def test_what_the_catalogue_said_last_stays(world: World) -> None:
    for revision in (2, 1, 2):
        world.tell(some_facts(f"{revision}0", revision=revision))
    assert world.facts.kept["prd"].price == Decimal(20)


def test_a_price_that_nobody_read_back_is_a_move_when_the_catalogue_tells_it(world: World) -> None:
    assert world.tell(TOLD) == [MOVE]
    assert world.facts.kept["prd"] == TOLD


def test_the_same_message_twice_is_one_move(world: World) -> None:
    world.tell(TOLD)
    assert world.tell(TOLD) == [MOVE]
    assert world.tell(TOLD, again=True) == [MOVE]


def test_without_a_moment_the_price_stands_since_it_is_told(world: World) -> None:
    (move,) = world.tell(replace(TOLD, price_since=None))
    assert move.at == MONDAY + 9 * HOUR


@pytest.mark.parametrize(
    "changes",
    [
        {"price": Decimal("95.98")},
        {"price": None},
        {"revision": 1},
        {"price_since": MONDAY - HOUR},
        {"product_id": "other"},
        {"organisation_id": "rival"},
    ],
)
def test_what_is_another_price_or_an_older_one_is_no_move(world: World, changes: Any) -> None:
    assert world.tell(replace(TOLD, **changes)) == []
    assert "rival" not in world.moves.kept


@pytest.mark.parametrize("state", [one for one in State if one is not State.UNKNOWN])
def test_only_what_was_not_read_back_is_noted_here(world: World, state: State) -> None:
    world.moves.changes.kept[CHANGE.change_id] = replace(CHANGE, state=state)
    assert world.tell(TOLD) == []


def test_a_price_that_we_moved_again_since_is_no_move_when_it_comes_back(world: World) -> None:
    later = OwnMove("prd", MONDAY + 2 * HOUR, Decimal("95.99"), Decimal("97.99"), "BEAT_LOWEST")
    world.moves.kept["org"] = [later]
    assert world.tell(replace(TOLD, price_since=MONDAY + 3 * HOUR)) == [later]


def test_of_two_changes_to_one_price_the_newest_brought_it(world: World) -> None:
    newer = replace(CHANGE, change_id="newer", before=Decimal("97.00"), proposed_at=MONDAY + HOUR / 2)
    world.moves.changes.kept["newer"] = newer
    assert [move.before for move in world.tell(TOLD)] == [Decimal("97.00")]


def test_two_organisations_in_one_message_note_their_own(world: World) -> None:
    theirs = a_change(change_id="theirs", organisation_id="rival", state=State.UNKNOWN, product_id="their-prd")
    world.moves.changes.kept["theirs"] = theirs
    world.tell(TOLD, replace(TOLD, organisation_id="rival", product_id="their-prd"))
    assert [move.product_id for move in world.moves.kept["org"]] == ["prd"]
    assert [move.product_id for move in world.moves.kept["rival"]] == ["their-prd"]


def test_nothing_told_is_nothing_asked(world: World) -> None:
    assert world.tell() == []
