"""Answer questions about the market by days: every line with what it is measured against, and what was left out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from pricing.domain import day_rows as rows
from pricing.domain.analysis import COLUMNS, LIMITS, Analysis, Answer, Asked
from pricing.domain.day_form import day_document
from pricing.domain.errors import InvalidWindow, ProductUnknown, TooMuchMarket
from pricing.domain.local_days import DAY, day_of
from pricing.domain.market import ProductFacts
from pricing.domain.product_filter import Criteria
from pricing.usecases.market_days import MakeDays
from pricing.usecases.ports import Facts
from shared.kernel.clock import Clock

MOST_PRODUCT_DAYS = 500_000
"""So many days of products one answer over HTTP brings together; a report brings together all."""
MOST_GROUPS = 2_000
MOST_LINES = 1_000_000
# Of a file of the matrix: their days, with a line for each rival, are in memory at once.
MOST_PRODUCTS = 20_000
VIOLATING = frozenset(LIMITS.values())

type Found = Mapping[str, Any]


class DayFigures(Protocol):
    """What a store makes of the days of the market."""

    async def shops(self, organisation_id: str) -> tuple[str, ...]:
        """Return an organisation's shops."""

    async def groups(self, asked: Asked, *, first: str | None = None, last: str | None = None) -> Sequence[Found]:
        """Return every group of products, in the order of their keys."""

    async def moves(self, asked: Asked) -> Sequence[Found]:
        """Return the groups by how often rivals' prices changed, the most first."""

    async def spread(self, asked: Asked) -> Sequence[Found]:
        """Return each group's days of offers and, of single products, how far the lowest price spreads."""

    async def breaches(self, asked: Asked) -> Sequence[Found]:
        """Return the offers under the maker's price, those seen last first."""

    async def breach_counts(self, asked: Asked) -> Mapping[str, int]:
        """Return how many offers were under the maker's price, and how many of them newly."""

    async def below_cost(self, asked: Asked) -> Sequence[Found]:
        """Return the products whose market is under their cost, the largest gap first."""

    async def outliers(self, asked: Asked) -> Sequence[Found]:
        """Return the rival prices that are far from ours, the farthest first."""

    async def monitored(self, asked: Asked, day: str) -> Found:
        """Return how many products, offers and rivals a day has."""

    async def moved(self, asked: Asked, days: timedelta) -> Sequence[Found]:
        """Return the changes of rivals' prices in the days asked for (True) and in as many before (False)."""

    async def page(self, asked: Asked) -> Sequence[Found]:
        """Return the last day of some products, by product, one more than asked for when there are more."""

    async def days_of(self, asked: Asked, product_id: str) -> Sequence[Found]:
        """Return a product's days, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnalysis:
    """Answer a question from the days that are kept; a moment inside a day from the looks themselves."""

    figures: DayFigures
    make: MakeDays
    facts: Facts
    clock: Clock

    async def __call__(self, asked: Asked) -> Answer:
        """Return the lines; `TooMuchMarket` when they would bring too much together for one answer."""
        asked = await self._of_shops(asked)
        if asked.whole:
            asked = replace(asked, limit=MOST_PRODUCTS if asked.analysis == "matrix" else MOST_LINES)
        if asked.as_of is not None and asked.analysis != "matrix":
            raise InvalidWindow("a moment inside a day is shown by the matrix; ask for whole days with from and to")
        ways: dict[Analysis, Callable[[Asked], Awaitable[Answer]]] = {
            "history": self._history,
            "matrix": self._matrix,
            "index": self._index,
            "positions": self._groups,
            "slices": self._groups,
            "volatility": self._volatility,
            "breaches": self._breaches,
            "below-cost": self._below_cost,
            "outliers": self._outliers,
            "summary": self._summary,
        }
        return await ways[asked.analysis](asked)

    async def today(self, organisation_id: str, shop_id: str | None) -> date:
        """The date that it is in a shop."""
        return day_of(self.clock(), await self.time_zone(organisation_id, shop_id)).date

    async def time_zone(self, organisation_id: str, shop_id: str | None) -> str | None:
        """The time zone of a shop, or of the first product's where none is named; None where nobody told it."""
        some = await self.facts.some_meant(organisation_id, Criteria(shop_id=shop_id), 1)
        return some[0].time_zone if some else None

    async def product(self, organisation_id: str, sku: str, shop_ids: Sequence[str] = ()) -> ProductFacts:
        """The product of an SKU, in one of some shops or in any; `ProductUnknown` when there is none."""
        for shop_id in shop_ids or await self.figures.shops(organisation_id):
            facts = (await self.facts.by_sku(organisation_id, shop_id, [sku])).get(sku)
            if facts is not None:
                return facts
        raise ProductUnknown(f"no product with the SKU «{sku}»")

    async def periods(self, asked: Asked) -> tuple[tuple[Found, Found], ...]:
        """Each group's figures in the days asked for, and in as many before; empty for a group without a day in one."""
        asked = await self._of_shops(asked)
        await self._bounded(asked, 2 * asked.days)
        before = replace(asked, first=asked.first - asked.days * DAY, last=asked.first - DAY)
        now = rows.group_rows(asked, await self.figures.groups(asked))
        then = rows.group_rows(before, await self.figures.groups(before))
        return tuple(rows.beside(now, then))

    async def _of_shops(self, asked: Asked) -> Asked:
        named = asked.criteria.shop_id
        if named is not None and not {*asked.shop_ids} <= {named}:
            raise InvalidWindow(f"the filter means products of «{named}»; leave shop_id out, or name that shop")
        if named is not None:
            return replace(asked, shop_ids=(named,))
        if asked.shop_ids:
            return asked
        return replace(asked, shop_ids=await self.figures.shops(asked.organisation_id))

    async def _volatility(self, asked: Asked) -> Answer:
        await self._bounded(asked)
        found = await self.figures.moves(asked)
        spread = await self.figures.spread(asked) if found else []
        return self._cut(asked, rows.volatility_rows(found, spread))

    async def _breaches(self, asked: Asked) -> Answer:
        found = rows.breach_rows(asked, await self.figures.breaches(asked))
        return self._cut(asked, found, counts=await self.figures.breach_counts(asked))

    async def _below_cost(self, asked: Asked) -> Answer:
        return self._cut(asked, rows.below_cost_rows(await self.figures.below_cost(asked)))

    async def _outliers(self, asked: Asked) -> Answer:
        await self._bounded(asked)
        return self._cut(asked, rows.outlier_rows(await self.figures.outliers(asked)))

    async def _bounded(self, asked: Asked, days: int | None = None) -> None:
        if asked.whole:
            return
        products = 0
        for shop_id in asked.shop_ids:
            products += await self.facts.count_meant(asked.organisation_id, replace(asked.criteria, shop_id=shop_id))
        if products * (days or asked.days) > MOST_PRODUCT_DAYS:
            detail = f"{products} products on {days or asked.days} days are more than {MOST_PRODUCT_DAYS} together"
            raise TooMuchMarket(f"{detail}; ask for fewer days, a category or a brand, or write a report of a view")

    def _cut(self, asked: Asked, found: Sequence[Mapping[str, object]], **told: Any) -> Answer:  # noqa: ANN401 - fields of an answer
        shown = found[: asked.limit]
        return self._answer(asked, shown, more=len(found) > len(shown), **told)

    def _answer(self, asked: Asked, found: Sequence[Mapping[str, object]], **told: Any) -> Answer:  # noqa: ANN401 - fields of an answer
        columns = COLUMNS[asked.analysis]
        return Answer(asked=asked, rows=tuple({name: one.get(name) for name in columns} for one in found), **told)

    async def _groups(self, asked: Asked) -> Answer:
        over_time = asked.analysis == "slices" or {"day", "week"} & set(asked.by)
        first = None if over_time else asked.last.isoformat()
        await self._bounded(asked, None if over_time else 1)
        found = rows.group_rows(asked, await self.figures.groups(asked, first=first))
        return await self._with_totals(asked, found, first)

    async def _index(self, asked: Asked) -> Answer:
        return await self._with_totals(asked, rows.index_rows(await self.periods(asked)), None)

    async def _with_totals(self, asked: Asked, found: list[rows.Row], first: str | None) -> Answer:
        """The lines with how many products are in their figures, and how many in none, each counted once."""
        whole = replace(asked, by=())
        total = rows.group_rows(whole, await self.figures.groups(whole, first=first)) if asked.by else found
        left = {name: total[0][name] if total else 0 for name in rows.LEFT_OUT}
        shown = found[: asked.limit if asked.whole else MOST_GROUPS]
        return self._answer(
            asked,
            shown,
            products=total[0]["products"] if total else 0,
            left_out=left,
            more=len(found) > len(shown),
        )

    async def _summary(self, asked: Asked) -> Answer:
        await self._bounded(asked, 2)
        last, first = asked.last.isoformat(), (asked.first - DAY).isoformat()
        now, then = await self._kpis(asked, last), await self._kpis(asked, first)
        found = {one["_id"]: one for one in await self.figures.moved(asked, asked.days * DAY)}
        for kpis, moves in ((now, found.get(True, {})), (then, found.get(False, {}))):
            kpis.update({"rival_rises": moves.get("ups", 0), "rival_cuts": moves.get("downs", 0)})
        left = {name: now.pop(name) for name in rows.LEFT_OUT}
        return self._answer(asked, rows.summary_rows(now, then), products=now["products_compared"], left_out=left)

    async def _kpis(self, asked: Asked, day: str) -> dict[str, Any]:
        counted = await self.figures.monitored(asked, day)
        plain = replace(asked, by=())
        lowest = replace(plain, benchmark="lowest", rival=None)
        groups = rows.group_rows(plain, await self.figures.groups(plain, first=day, last=day))
        one: Mapping[str, Any] = groups[0] if groups else {}
        against = one
        if asked.benchmark != "lowest":
            found = rows.group_rows(lowest, await self.figures.groups(lowest, first=day, last=day))
            against = found[0] if found else {}
        diff = against.get("index")
        return {
            "diff_retailer_percent": None if diff is None else diff - 100,
            "average_index": one.get("index"),
            "products_monitored": counted["products"],
            "products_compared": one.get("products", 0),
            "retailers": counted["retailers"],
            "offers": counted["offers"],
            "offers_per_product": _share(counted["offers"], counted["products"]),
            "average_margin_percent": one.get("margin"),
            **{name: one.get(name, 0) for name in ("cheaper", "same", "dearer")},
            "first_positions": one.get("first", 0),
            "alone": one.get("alone", 0),
            **{name: one.get(name, 0) for name in rows.LEFT_OUT},
        }

    async def _history(self, asked: Asked) -> Answer:
        facts = await self.product(asked.organisation_id, asked.sku or "", asked.shop_ids)
        found = list(rows.history_rows(asked, await self.figures.days_of(asked, facts.product_id)))
        return self._answer(asked, found, currency=facts.currency, products=1)

    async def _matrix(self, asked: Asked) -> Answer:
        days = await (self._at_a_moment(asked, asked.as_of) if asked.as_of else self.figures.page(asked))
        shown, more = days[: asked.limit], len(days) > asked.limit
        if asked.whole and more:
            detail = f"a file of the matrix holds {MOST_PRODUCTS} products"
            raise TooMuchMarket(f"{detail}; give the view a filter: a category, a brand or a tag")
        money = {one["currency"] for one in shown}
        cells = [one for one in shown if not asked.only_violating or VIOLATING & set(one["flags"])]
        return self._answer(
            asked,
            list(rows.matrix_rows(asked, cells)),
            currency=money.pop() if len(money) == 1 else None,
            products=len(cells),
            more=more,
            next_after=shown[-1]["product_id"] if more else None,
        )

    async def _at_a_moment(self, asked: Asked, moment: datetime) -> list[Found]:
        """Days as they stood at a moment, made from the looks until then and kept nowhere."""
        if moment > self.clock():
            raise InvalidWindow(f"as_of {moment.isoformat()} is still to come")
        if len(asked.shop_ids) > 1:
            raise InvalidWindow("a moment is inside a day of one shop's own clock; name a shop_id with it")
        criteria = replace(asked.criteria, shop_id=asked.shop_ids[0] if asked.shop_ids else "")
        products = await self.facts.some_meant(asked.organisation_id, criteria, asked.limit + 1, asked.after or "")
        if not products:
            return []
        day = day_of(moment, products[0].time_zone).date
        made = await self.make(asked.organisation_id, products, day, day, moment)
        return [day_document(one) for one in made]


def _share(part: int, whole: int) -> Decimal | None:
    return rows.shown(Decimal(part) / Decimal(whole)) if whole else None
