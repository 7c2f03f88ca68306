"""A publication into a connected shop whose worker dies at any of its calls, or whose shop's function does.

Each price is written once and counts once, whatever the worker knew when it died, and the catalogue follows.
"""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest

from pricing.domain.price_change import State
from pricing.domain.promotions.law import the_law
from pricing.usecases.publication_ports import Batch
from pricing.usecases.publish import PublishBatch
from pricing.usecases.review_batch import ReviewBatch
from pricing.usecases.shop_by_target import ShopByTarget
from tests.unit.pricing.usecases.publication_world import APPROVED
from tests.unit.pricing.usecases.test_promotions_killed import Killed, Life, Mortal
from tests.unit.pricing.usecases.test_publish_to_a_connected_shop import NEW, OLD, URL, Connected

BY_HAND = Decimal("97.00")


def publishing(connected: Connected, life: Life | None) -> PublishBatch:
    """The publisher; with a life, each of its calls outward, and each call of the shop's function, may be the last."""

    def port(one: object) -> Any:
        return one if life is None else cast(Any, Mortal(one, life))

    world = connected.world
    connected.shops.sites[URL] = port(connected.site)
    shop = ShopByTarget(settings=world.gate.settings, own=port(connected.own), connected=port(connected.shops))
    return PublishBatch(
        changes=port(world.changes),
        batches=port(world.batches),
        holds=port(world.holds),
        facts=port(world.facts),
        law=the_law(),
        gate=world.gate,
        shop=shop,
        review=ReviewBatch(changes=world.changes, batches=world.batches, facts=world.facts, clock=lambda: world.now),
        stops=port(world.stops),
        clock=lambda: world.now,
        time_left=lambda: None,
    )


def carried_out(connected: Connected, batch: Batch, life: Life) -> Batch:
    """The message is delivered until somebody lives to its end, and once more."""
    for _ in range(3):
        try:
            work = publishing(connected, None if life.died else life)
            asyncio.run(work(batch.organisation_id, batch.batch_id))
        except Killed:
            pass
    return asyncio.run(connected.world.batches.get(batch.organisation_id, batch.batch_id))


@pytest.mark.parametrize("after", [False, True])
def test_every_price_is_written_once_and_ends_wherever_the_worker_dies(*, after: bool) -> None:
    calls, died = 0, True
    while died:
        calls += 1
        connected, life = Connected(), Life(calls, after)
        connected.world.set_publication(canary_percent=50)
        connected.site.prices["S3"] = BY_HAND

        ended = carried_out(connected, connected.world.start(), life)

        died = life.died
        assert (ended.state, ended.states) == ("FINISHED", {"APPLIED": 3, "FAILED": 1}), calls
        assert sorted(connected.site.written) == [(f"S{place}", NEW) for place in range(3)], calls
        assert connected.site.prices == {"S0": NEW, "S1": NEW, "S2": NEW, "S3": BY_HAND}, calls
        assert connected.own.prices == {"p0": NEW, "p1": NEW, "p2": NEW, "p3": OLD}, calls
    assert calls > 20


@pytest.mark.parametrize("after", [False, True])
def test_an_undo_is_carried_out_once_wherever_the_worker_dies(*, after: bool) -> None:
    calls, died = 0, True
    while died:
        calls += 1
        connected, life = Connected(), Life(calls, after)
        batch = connected.publish()
        connected.site.written.clear()

        undone = carried_out(connected, connected.world.undo(batch), life)

        died = life.died
        assert undone.states == {"APPLIED": 4}, calls
        assert sorted(connected.site.written) == [(f"S{place}", OLD) for place in range(4)], calls
        assert set(connected.own.prices.values()) == {OLD}, calls
        assert connected.world.count(State.REVERTED) == 4, calls
    assert calls > 15


@pytest.mark.parametrize("after", [False, True])
def test_a_shop_that_shuts_while_the_worker_dies_loses_no_price(*, after: bool) -> None:
    """The worker dies, and the key is taken away meanwhile: what may stand is UNKNOWN, all else is free again."""
    calls, died = 0, True
    while died:
        calls += 1
        connected, life = Connected(), Life(calls, after)
        batch = connected.world.start()
        try:
            asyncio.run(publishing(connected, life)(batch.organisation_id, batch.batch_id))
        except Killed:
            connected.site.shut = "401"

        ended = carried_out(connected, batch, replace(life, died=True))

        died = life.died
        written = {sku for sku, _ in connected.site.written}
        kept = connected.world.changes.kept.values()
        assert ended.finished_at is not None, calls
        assert {one.state for one in kept} <= {State.APPLIED, State.UNKNOWN, State.APPROVED}, calls
        # What was written is never told to be free, and what is told to be applied was written.
        assert {one.sku for one in kept if one.state in {State.APPLIED, State.UNKNOWN}} >= written, calls
        assert {one.sku for one in kept if one.state is State.APPLIED} <= written, calls
        assert all(one.batch_id is None for one in kept if one.state is State.APPROVED), calls
        assert {one.after for one in kept} == {APPROVED.after}, calls
