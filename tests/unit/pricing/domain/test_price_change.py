"""Who may approve what."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.price_change import Approver, State, objection, weighed
from tests.builders.pricing import MONDAY, a_change, some_facts

MANAGER = Approver(user_id="colleague", manages=True, justification="")


def test_a_colleague_may_approve() -> None:
    assert objection(a_change(), MANAGER, some_facts(), MONDAY) is None


def test_the_author_of_the_policy_may_not() -> None:
    author = Approver(user_id="author", manages=True, justification="")

    assert "a colleague must approve" in str(objection(a_change(), author, some_facts(), MONDAY))


def test_a_price_that_changed_since_is_a_conflict() -> None:
    assert "it was 99.99 when this was decided" in str(objection(a_change(), MANAGER, some_facts("89.99"), MONDAY))


@pytest.mark.parametrize("state", [state for state in State if state is not State.PROPOSED])
def test_only_a_proposal_can_be_approved(state: State) -> None:
    assert "not PROPOSED" in str(objection(a_change(state=state), MANAGER, some_facts(), MONDAY))


def test_a_large_move_needs_a_manager_and_fifty_characters() -> None:
    large = a_change(route="manager")
    analyst = Approver(user_id="colleague", manages=False, justification="x" * 60)
    wordy = Approver(user_id="colleague", manages=True, justification="x" * 50)

    assert "pricing manager" in str(objection(large, analyst, some_facts(), MONDAY))
    assert "at least 50 characters" in str(objection(large, MANAGER, some_facts(), MONDAY))
    assert objection(large, wordy, some_facts(), MONDAY) is None


def test_a_proposal_that_expired_is_not_approved() -> None:
    late = a_change(expires_at=MONDAY)

    assert "expired" in str(objection(late, MANAGER, some_facts(), MONDAY))
    assert objection(late, MANAGER, some_facts(), MONDAY - timedelta(seconds=1)) is None


@pytest.mark.parametrize("field", ["cost", "min_price", "max_price", "map_price", "msrp"])
def test_a_price_that_rests_on_what_the_catalogue_no_longer_says_is_a_conflict(field: str) -> None:
    decided = weighed(a_change(), some_facts())
    fields: dict[str, Any] = {field: Decimal("1.23")}
    changed = some_facts(**fields)

    assert "changed since" in str(objection(decided, MANAGER, changed, MONDAY))


def test_stock_and_words_may_change_and_an_amount_may_be_written_otherwise() -> None:
    decided = weighed(a_change(), some_facts(cost=Decimal("60.0")))
    same = some_facts(cost=Decimal("60.00"), stock=3, sold_28d=9, revision=9)

    assert objection(decided, MANAGER, same, MONDAY) is None


def test_a_change_weighs_the_money_of_a_week() -> None:
    sold = weighed(a_change(), some_facts(sold_28d=10, brand="Acme"))
    unknown = weighed(a_change(), some_facts())
    first = weighed(a_change(before=None), some_facts(sold_28d=4))

    # From 99.99 to 95.99: 4.00 a unit, 2.5 units a week.
    assert (sold.stake, sold.size_percent, sold.brand) == (Decimal("10.00"), Decimal("4.00"), "Acme")
    assert unknown.stake == Decimal("4.00")
    assert (first.stake, first.size_percent) == (Decimal("95.99"), None)
