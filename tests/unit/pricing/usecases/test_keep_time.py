"""What is due by the clock: one failure keeps back nothing else."""

import asyncio
from datetime import datetime

import pytest

from pricing.domain.price_change import State
from pricing.usecases.keep_time import KeepTime
from shared.kernel.errors import Unavailable
from tests.builders.pricing import MONDAY, a_batch, a_change
from tests.fakes.market_days import FakeRollUps
from tests.fakes.publication import FakeBatches
from tests.unit.pricing.usecases.promotion_world import PromotedShop, an_item


class Broken(FakeBatches):
    """Batches whose database does not answer."""

    async def resume(self, at: datetime, limit: int) -> int:
        raise Unavailable(f"the database did not answer at {at} for {limit}")


def test_a_failure_of_one_kind_of_work_keeps_back_no_other() -> None:
    shop = PromotedShop()
    shop.product("B", ("100.00", -400))
    promotion = shop.approved(an_item("B", "90.00"))
    shop.now = promotion.starts_at
    shop.world.changes.kept["old"] = a_change(change_id="old", expires_at=MONDAY)
    keeping = KeepTime(
        changes=shop.world.changes,
        batches=Broken(shop.world.changes, {"bat": a_batch()}),
        promotions=shop.running,
        roll_ups=FakeRollUps(),
        clock=lambda: shop.now,
    )

    with pytest.raises(Unavailable):
        asyncio.run(keeping())

    assert shop.world.changes.kept["old"].state is State.DENIED
    assert shop.of(promotion).state == "HELD"
