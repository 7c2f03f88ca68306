"""What a policy may not say."""

from decimal import Decimal

import pytest

from pricing.domain.errors import ContradictoryBounds, InvalidPolicy
from pricing.domain.policy import Bounds, Routing, Step
from tests.builders.pricing import a_policy


def test_bounds_that_contradict_are_refused_by_name() -> None:
    with pytest.raises(ContradictoryBounds, match="min_price 130 is above max_price 129"):
        a_policy(bounds=Bounds(min_price=Decimal(130), max_price=Decimal(129)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"relation": "below"}, "needs a step"),
        ({"relation": "below", "step": Step(money=Decimal(1), percent=Decimal(1))}, "needs a step"),
        ({"relation": "below", "step": Step(percent=Decimal(100))}, "leaves no price"),
        ({"relation": "equal", "step": Step(money=Decimal(1))}, "takes no step"),
        ({"bounds": Bounds(min_margin_percent=Decimal(100))}, "below 100"),
        ({"bounds": Bounds(max_change_percent=Decimal(0))}, "above zero"),
        ({"ending": Decimal("1.99")}, "no ending"),
        ({"ending": Decimal("0.999")}, "no ending"),
        ({"routing": Routing(auto_within_percent=Decimal(50))}, "must rise"),
    ],
)
def test_a_policy_that_cannot_be_carried_out_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidPolicy, match=words):
        a_policy(**changes)
