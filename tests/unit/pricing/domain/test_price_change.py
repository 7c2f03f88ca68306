"""Who may approve what."""

from decimal import Decimal

import pytest

from pricing.domain.price_change import Approver, State, objection
from tests.builders.pricing import a_change

MANAGER = Approver(user_id="colleague", manages=True, justification="")


def test_a_colleague_may_approve() -> None:
    assert objection(a_change(), MANAGER, Decimal("99.99")) is None


def test_the_author_of_the_policy_may_not() -> None:
    author = Approver(user_id="author", manages=True, justification="")

    assert "a colleague must approve" in str(objection(a_change(), author, Decimal("99.99")))


def test_a_price_that_changed_since_is_a_conflict() -> None:
    assert "it was 99.99 when this was decided" in str(objection(a_change(), MANAGER, Decimal("89.99")))


@pytest.mark.parametrize("state", [state for state in State if state is not State.PROPOSED])
def test_only_a_proposal_can_be_approved(state: State) -> None:
    assert "not PROPOSED" in str(objection(a_change(state=state), MANAGER, Decimal("99.99")))


def test_a_large_move_needs_a_manager_and_fifty_characters() -> None:
    large = a_change(route="manager")
    analyst = Approver(user_id="colleague", manages=False, justification="x" * 60)
    wordy = Approver(user_id="colleague", manages=True, justification="x" * 50)

    assert "pricing manager" in str(objection(large, analyst, Decimal("99.99")))
    assert "at least 50 characters" in str(objection(large, MANAGER, Decimal("99.99")))
    assert objection(large, wordy, Decimal("99.99")) is None
