"""How much one answer brings together: a part over HTTP, everything for a report."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from pricing.domain.analysis import Answer, Asked
from pricing.domain.errors import InvalidWindow, TooMuchMarket
from pricing.domain.product_filter import Criteria
from pricing.usecases.analytics import MOST_GROUPS, MOST_PRODUCT_DAYS, MOST_PRODUCTS, DayFigures, ReadAnalysis
from pricing.usecases.market_days import MakeDays
from tests.builders.pricing import MONDAY, some_facts
from tests.fakes.pricing import FakeFacts

TODAY = MONDAY.date()
ASKED = Asked(analysis="slices", organisation_id="org", shop_ids=("demo-eu",), first=TODAY, last=TODAY, by=("product",))
GROUP: dict[str, Any] = {
    **dict.fromkeys(("products", "product_days", "cheaper", "first", "alone", "offered", "all_products"), 1),
    **dict.fromkeys(("same", "dearer", "ups", "downs", "without_price", "stale", "not_in_stock", "without_rival"), 0),
    **dict.fromkeys(("index", "average_rank", "offers", "retailers", "margin"), Decimal(1)),
    "still": 1,
    "all_days": 1,
    "currency": "EUR",
    "other_currency": "EUR",
    "until": MONDAY,
}


@dataclass(frozen=True)
class Groups:
    """A store with so many groups in every question, and nothing else."""

    many: int

    async def groups(self, asked: Asked, **_: str | None) -> Sequence[dict[str, Any]]:
        if not asked.by:
            return [GROUP | {"_id": None}]
        return [GROUP | {"_id": {"k0": f"{place:05}"}} for place in range(self.many)]


def read(asked: Asked, groups: int = 1, products: int = 1) -> Answer:
    facts = {f"p{place}": some_facts(product_id=f"p{place}", sku=f"S{place}") for place in range(products)}
    reads = ReadAnalysis(
        figures=cast("DayFigures", Groups(groups)),
        make=cast("MakeDays", None),
        facts=FakeFacts(facts),
        clock=lambda: MONDAY,
    )
    return asyncio.run(reads(asked))


def test_groups_are_cut_over_http_and_whole_in_a_report() -> None:
    cut, whole = (read(replace(ASKED, whole=one), groups=MOST_GROUPS + 5) for one in (False, True))

    assert (len(cut.rows), cut.more) == (MOST_GROUPS, True)
    assert (len(whole.rows), whole.more) == (MOST_GROUPS + 5, False)


def test_more_days_of_products_than_one_answer_brings_together_are_refused_and_a_report_takes_them() -> None:
    year = replace(ASKED, first=TODAY - timedelta(days=365))
    many = MOST_PRODUCT_DAYS // 366 + 1

    assert len(read(year, products=many - 1).rows) == 1
    with pytest.raises(TooMuchMarket, match="write a report"):
        read(year, products=many)
    assert len(read(replace(year, whole=True), products=many).rows) == 1


def test_so_are_outliers() -> None:
    year = replace(ASKED, analysis="outliers", by=(), first=TODAY - timedelta(days=365))

    with pytest.raises(TooMuchMarket, match="write a report"):
        read(year, products=MOST_PRODUCT_DAYS // 366 + 1)


def test_a_matrix_that_no_file_holds_says_how_to_make_it_smaller() -> None:
    @dataclass(frozen=True)
    class Days:
        many: int

        async def page(self, asked: Asked) -> Sequence[dict[str, Any]]:
            day = {"product_id": "p", "currency": "EUR", "flags": []}
            return [day] * min(self.many, asked.limit + 1)

    def told(many: int) -> Answer:
        figures, make = cast("DayFigures", Days(many)), cast("MakeDays", None)
        reads = ReadAnalysis(figures=figures, make=make, facts=FakeFacts({}), clock=lambda: MONDAY)
        return asyncio.run(reads(replace(ASKED, analysis="matrix", by=(), whole=True, only_violating=True)))

    assert not told(MOST_PRODUCTS).more
    with pytest.raises(TooMuchMarket, match="give the view a filter"):
        told(MOST_PRODUCTS + 1)


def test_a_moment_inside_a_day_is_for_the_matrix() -> None:
    with pytest.raises(InvalidWindow, match="matrix"):
        read(replace(ASKED, as_of=MONDAY))


def test_a_moment_is_of_the_day_of_one_shop() -> None:
    matrix = replace(ASKED, analysis="matrix", by=(), as_of=MONDAY)

    with pytest.raises(InvalidWindow, match="shop_id"):
        read(replace(matrix, shop_ids=("demo-eu", "demo-jp")))


def test_a_matrix_over_shops_with_other_money_names_none() -> None:
    day: dict[str, Any] = {"product_id": "p", "sku": "S", "name": "N", "ours": Decimal(1), "flags": [], "offers": []}
    day["landed"] = {"rank": None, "index": {}}

    @dataclass(frozen=True)
    class Days:
        money: tuple[str, ...]

        async def page(self, asked: Asked) -> Sequence[dict[str, Any]]:
            assert asked.analysis == "matrix"
            return [day | {"currency": one} for one in self.money]

    def told(*money: str) -> str | None:
        figures, make = cast("DayFigures", Days(money)), cast("MakeDays", None)
        reads = ReadAnalysis(figures=figures, make=make, facts=FakeFacts({}), clock=lambda: MONDAY)
        return asyncio.run(reads(replace(ASKED, analysis="matrix", by=()))).currency

    assert (told("EUR", "EUR"), told("EUR", "JPY"), told()) == ("EUR", None, None)


def test_a_filter_of_one_shop_means_that_shop_alone() -> None:
    of_shop = replace(ASKED, criteria=Criteria(shop_id="demo-jp", brands=("Acme",)))

    assert read(replace(of_shop, shop_ids=())).asked.shop_ids == ("demo-jp",)
    with pytest.raises(InvalidWindow, match="demo-jp"):
        read(of_shop)
