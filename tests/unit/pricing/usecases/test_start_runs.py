"""The runs that follow prices, of many policies at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from pricing.usecases.start_runs import Follower, FollowPrices, Touched
from shared.kernel.errors import Unavailable
from tests.builders.pricing import MONDAY, a_policy, some_facts
from tests.fakes.new_prices import FakeNewPrices


@dataclass
class Failing(FakeNewPrices):
    """One organisation's notes cannot be read."""

    broken: str = "org"

    async def touched(self, policy: Follower, limit: int) -> Sequence[Touched]:
        if policy.organisation_id == self.broken:
            raise Unavailable("not now")
        return await super().touched(policy, limit)


def test_what_fails_for_one_organisation_keeps_no_other_waiting_and_is_told() -> None:
    prices = Failing()
    for name in ("org", "rival"):
        policy = a_policy({"on_new_prices": {"after_minutes": 5}}, organisation_id=name)
        asyncio.run(prices.policies.add(policy))
        prices.facts.kept[name] = some_facts(organisation_id=name, product_id=name)
        prices.noted[name, "demo-eu", "match"] = {name: MONDAY}
    following = FollowPrices(prices=prices, facts=prices.facts, clock=lambda: MONDAY + timedelta(hours=1))

    with pytest.raises(Unavailable):
        asyncio.run(following())

    assert [run.organisation_id for run in prices.runs.kept.values()] == ["rival"]
