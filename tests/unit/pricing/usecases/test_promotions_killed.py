"""A promotion whose worker dies at any of its calls, before or after it took effect: every product ends once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

import pytest

from pricing.domain.price_change import State
from pricing.domain.promotions.promotion import Claim, Promotion, PromotionState
from pricing.usecases.promotions.run import RunPromotions
from tests.unit.pricing.usecases.promotion_world import DAY, DAY0, LONG_AGO, MINUTE, PromotedShop, an_item


class Killed(BaseException):
    """The process died."""


@dataclass
class Life:
    """Calls until the process dies; it dies once."""

    calls_left: int
    after: bool
    died: bool = False

    def over(self) -> None:
        self.calls_left -= 1
        if self.calls_left == 0:
            self.died = True
            raise Killed


class Mortal:
    """A port whose calls may be the last: the process dies before the call, or after it took effect."""

    def __init__(self, port: object, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        call = getattr(self._port, name)

        async def called(*arguments: Any, **named: Any) -> Any:
            if not self._life.after:
                self._life.over()
            answer = await call(*arguments, **named)
            if self._life.after:
                self._life.over()
            return answer

        return called


def mortal(running: RunPromotions, life: Life) -> RunPromotions:
    """The same at work, whose every call outward may be its last."""

    def port(one: object) -> Any:
        return cast(Any, Mortal(one, life))

    start = replace(running.start, changes=port(running.start.changes), batches=port(running.start.batches))
    return replace(
        running,
        promotions=port(running.promotions),
        holds=port(running.holds),
        changes=port(running.changes),
        facts=port(running.facts),
        decides=port(running.decides),
        start=start,
    )


def lived(calls: int, *, after: bool) -> tuple[PromotedShop, Promotion, bool]:
    """A promotion of three weeks' steps, in a world that dies once; a scheduler that comes each minute."""
    shop = PromotedShop(now=DAY0 - DAY)
    shop.product("A", ("80.00", -40), ("100.00", -20))
    shop.product("B", ("100.00", LONG_AGO))
    promotion = shop.approved(
        an_item("A", "75.00", Claim("was", Decimal(80))), an_item("B", "90.00"), ends_at=DAY0 + DAY
    )
    life = Life(calls, after)
    for moment in [
        *(DAY0 + minutes * MINUTE for minutes in range(-3, 6)),
        *(DAY0 + DAY + minutes * MINUTE for minutes in range(6)),
    ]:
        shop.now = moment
        try:
            running = shop.running if life.died else mortal(shop.running, life)
            asyncio.run(running())
        except Killed:
            pass
        shop.publish()
    return shop, promotion, life.died


@pytest.mark.parametrize("after", [False, True])
def test_every_product_is_reduced_once_and_returned_once_wherever_the_worker_dies(*, after: bool) -> None:
    calls, died = 0, True
    while died:
        calls += 1
        shop, promotion, died = lived(calls, after=after)
        ended = shop.of(promotion)

        written = sorted((name, str(price)) for name, price in shop.world.shop.written)
        assert written == [("p-A", "100.00"), ("p-A", "75.00"), ("p-B", "100.00"), ("p-B", "90.00")], calls
        assert (ended.state, shop.states(promotion)) == (
            PromotionState.ENDED,
            {"A": "RETURNED", "B": "RETURNED"},
        ), calls
        assert not any(shop.held(sku) for sku in ("A", "B")), calls
        assert {one.state for one in shop.world.changes.kept.values()} == {State.APPLIED}, calls
        assert set(shop.decides.noted) == {("org", "demo-eu", "p-A"), ("org", "demo-eu", "p-B")}, calls
    assert calls > 40
