"""Rates are fetched with their history, told once, and a file that fails keeps no other back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pricing.adapters.sqs_rates import SqsRates, tables_in
from pricing.domain.rates import RateTable
from pricing.usecases.rates import Fetched, FetchRates, RatesUnavailable
from shared.contracts.envelope import Event
from shared.contracts.pricing import RatesPublished
from shared.runtime.queues import Queue

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def table(day: int, usd: str = "1.10") -> RateTable:
    return RateTable(
        day=date(2026, 11, day),
        quotes={"USD": Decimal(usd), "IDR": Decimal("0.00000001")},
        published_at=NOW,
        source="x",
    )


@dataclass
class Files:
    """The bank's files; None is one that cannot be had."""

    newest: Sequence[RateTable] | None = (table(20),)
    before: Sequence[RateTable] | None = (table(20), table(19))

    async def daily(self, at: datetime) -> Sequence[RateTable]:
        assert at == NOW
        return self._given(self.newest, "daily")

    async def history(self, at: datetime) -> Sequence[RateTable]:
        assert at == NOW
        return self._given(self.before, "history")

    def _given(self, tables: Sequence[RateTable] | None, name: str) -> Sequence[RateTable]:
        if tables is None:
            raise RatesUnavailable(f"{name}: gone")
        return tables


@dataclass
class Told:
    """What the keeper of rates was told."""

    days: list[int] = field(default_factory=list)

    async def tell(self, tables: Sequence[RateTable], at: datetime) -> None:
        assert at == NOW
        self.days += [one.day.day for one in tables]


def fetch(files: Files, told: Told) -> Fetched:
    return asyncio.run(FetchRates(files=files, told=told, clock=lambda: NOW)())


def test_the_newest_day_and_the_history_are_told_as_one() -> None:
    told = Told()

    found = fetch(Files(), told)

    assert (told.days, found) == ([20, 19], Fetched(tables=2, age=timedelta(days=3), problems=()))


@pytest.mark.parametrize(
    ("files", "days", "problem"),
    [
        (Files(newest=None), [20, 19], "daily: gone"),
        (Files(before=None), [20], "history: gone"),
    ],
)
def test_a_file_that_fails_keeps_the_other_not_back(files: Files, days: list[int], problem: str) -> None:
    told = Told()

    found = fetch(files, told)

    assert (told.days, found.problems) == (days, (problem,))


def test_nothing_to_be_had_is_said_and_tells_nothing() -> None:
    told = Told()

    with pytest.raises(RatesUnavailable, match="history: gone; daily: gone"):
        fetch(Files(newest=None, before=None), told)

    assert told.days == []


def test_what_is_told_is_what_is_kept_and_the_same_news_has_one_id() -> None:
    sent: list[RatesPublished] = []

    class Kept(Queue):
        async def send(self, messages: Sequence[Event], *, group: str | None = None, delay_seconds: int = 0) -> None:
            assert (group, delay_seconds) == (None, 0)
            sent.extend(RatesPublished.model_validate_json(one.model_dump_json()) for one in messages)

    for at in (NOW, NOW + timedelta(hours=9)):
        asyncio.run(SqsRates(Kept("rates")).tell([table(20), table(19)], at))

    first, second = sent
    assert (first.id == second.id, first.occurred_at) == (True, NOW)
    assert tables_in(first) == [table(20), table(19)]
