"""Columns that do not belong together are refused; the size and the order of a batch change no decision."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from pricing.domain.kernel import decide as deciding
from pricing.domain.kernel.columns import BadColumns, Batch
from pricing.domain.kernel.decide import decide
from pricing.domain.plan import Plan
from tests.builders.kernel import a_rule, goods, seen
from tests.oracle.columns import a_batch, verdicts
from tests.oracle.judge import Goods, Verdict
from tests.oracle.markets import Case, cases

PLAN = Plan(currency="EUR", minor_digits=2, rules=(a_rule(),))


def a_small_batch() -> Batch:
    return a_batch([goods("21.00", seen("20.00"), seen("22.00")), goods("30.00", seen("29.00"))], PLAN)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("cost", np.zeros(3, np.int64)),
        ("cost", np.array([-1, 5])),
        ("price", np.array([10**17 + 1, 5])),
        ("rule", np.array([0, 1])),
        ("rule", np.array([-2, 0])),
        ("formulas", {"f": np.array([-1, 1])}),
    ],
)
def test_products_that_cannot_be_are_refused(name: str, column: Any) -> None:
    batch = a_small_batch()

    with pytest.raises(BadColumns):
        replace(batch, products=replace(batch.products, **{name: column}))


@pytest.mark.parametrize("name", ["item", "landed"])
def test_offers_beyond_every_price_are_refused(name: str) -> None:
    batch = a_small_batch()
    column = np.array([1, 10**17 + 1, 1])

    with pytest.raises(BadColumns):
        replace(batch, offers=replace(batch.offers, **{name: column}))


@pytest.mark.parametrize("offsets", [[0, 3], [1, 2, 3], [0, 2, 4], [0, 4, 3]])
def test_offsets_that_do_not_fit_are_refused(offsets: list[int]) -> None:
    with pytest.raises(BadColumns):
        replace(a_small_batch(), offsets=np.array(offsets))


@pytest.mark.parametrize("tick", [0, 101])
def test_a_tick_that_is_none_or_too_fine_is_refused(tick: int) -> None:
    with pytest.raises(BadColumns):
        replace(a_small_batch(), tick=tick)


def test_a_batch_of_nothing_decides_nothing() -> None:
    assert len(decide(a_batch([], PLAN))) == 0


def test_columns_that_nobody_has_are_as_good_as_empty_ones() -> None:
    batch = a_small_batch()
    bare = replace(
        batch,
        products=replace(
            batch.products,
            cost=None,
            min_price=None,
            max_price=None,
            map_price=None,
            msrp=None,
            flags=None,
            minutes_since_change=None,
            rule=None,
        ),
        offers=replace(batch.offers, match_type=None, competitor=None, confidence=None, agreement=None),
    )

    assert verdicts(decide(bare), bare) == verdicts(decide(batch), batch)


ONCE = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@ONCE
@given(cases())
def test_one_at_a_time_all_at_once_and_in_small_chunks_are_the_same(case: Case) -> None:
    batch = a_batch(case.goods, case.plan, finer=case.finer)
    together = verdicts(decide(batch), batch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deciding, "CHUNK", 3)
        chunked = verdicts(decide(batch), batch)
    apart: dict[int, Verdict] = {}
    for rows in _households(case.goods):
        few = a_batch([case.goods[row] for row in rows], case.plan, finer=case.finer)
        apart |= dict(zip(rows, verdicts(decide(few), few), strict=True))

    assert together == chunked == [apart[row] for row in range(len(case.goods))]


def _households(goods: list[Goods]) -> list[list[int]]:
    """Rows that must be decided together: those of a family; everything else stands alone."""
    found: dict[tuple[int, int, int], list[int]] = {}
    for row, one in enumerate(goods):
        found.setdefault((one.rule, one.family, row if one.family < 0 else -1), []).append(row)
    return list(found.values())


@ONCE
@given(cases())
def test_deciding_changes_none_of_its_columns(case: Case) -> None:
    batch, fresh = (a_batch(case.goods, case.plan, finer=case.finer) for _ in range(2))

    decide(batch)

    for name in (
        "price",
        "cost",
        "min_price",
        "max_price",
        "map_price",
        "msrp",
        "flags",
        "learned",
        "base",
        "family",
        "settles",
    ):
        assert (getattr(batch.products, name) == getattr(fresh.products, name)).all()
    for name in ("item", "landed", "flags", "age", "fulfilment"):
        assert (getattr(batch.offers, name) == getattr(fresh.offers, name)).all()
