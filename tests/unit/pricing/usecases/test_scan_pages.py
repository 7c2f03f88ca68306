"""Reading the pages of a lane."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.domain.fetched import Fetch, Fetched
from pricing.domain.lanes import HOSTS_AT_ONCE
from pricing.domain.reading import NothingRead, Reader, Reading, Unread
from pricing.domain.recipe import Field, Recipe, Selector
from pricing.usecases.lane_manners import LaneManners
from pricing.usecases.looks import PageAsked, Scan
from pricing.usecases.scan_pages import (
    BYTES_AT_ONCE,
    LONGEST_SCAN,
    LOOKS_AT_ONCE,
    MOST_CARRIES,
    REFUSALS_HEEDED,
    ScanPages,
)
from shared.contracts.pricing import PageReading
from shared.kernel.errors import Unavailable
from tests.builders.pricing import MONDAY
from tests.fakes.pricing import FakeLaneMemory, FakeObserved, FakePages, FakeSnapshots, FakeStops

HOUR = timedelta(hours=1)
THIS = Scan(organisation_id="org", job_id="job", lane=2, planned_at=MONDAY, deadline=1.0)


def asked(place: int, host: str = "c1", **known: Any) -> PageAsked:
    url = f"https://{host}.example/{place}"
    return PageAsked(offer_id=f"o-{host}-{place}", product_id="prd", competitor_id=host, url=url, **known)


def fetched(page: PageAsked, outcome: Fetch = Fetch.FETCHED, **known: Any) -> Fetched:
    body = page.url.encode() if outcome is Fetch.FETCHED else b""
    return Fetched(outcome=outcome, url=page.url, detail=outcome.value, body=body, packed=body, **known)


def not_yet(page: PageAsked, seconds: float, url: str | None = None) -> Fetched:
    return replace(fetched(page, Fetch.NOT_YET), url=url or page.url, not_yet_seconds=seconds, attempted=False)


def read(found: Fetched, recipe: Recipe | None) -> Reading | NothingRead:
    if found.url.endswith("9"):
        return NothingRead(outcome=Unread.NO_PRICE, detail="nothing that looks like a price")
    return Reading(
        item_price=Decimal(50),
        currency="EUR",
        reader=Reader.JSON_LD,
        agreement=1,
        confidence=Decimal("0.9"),
        recipe=None if recipe is None else recipe.label,
    )


class Run:
    """One request to read pages, and everything around it."""

    def __init__(self, *pages: PageAsked) -> None:
        self.asked = pages
        every: dict[str, Fetched | list[Fetched]] = {page.url: fetched(page) for page in pages}
        self.web = FakePages(every)
        self.observed, self.memory, self.snapshots = FakeObserved(), FakeLaneMemory(), FakeSnapshots()
        self.stops = FakeStops()
        self.now = MONDAY

    def answer(self, page: PageAsked, *answers: Fetched) -> "Run":
        self.web.answers[page.url] = list(answers)
        return self

    def __call__(self, **changes: Any) -> "Run":
        scan = ScanPages(
            pages=self.web,
            read=read,
            snapshots=self.snapshots,
            manners=LaneManners(pages=self.web, memory=self.memory, clock=lambda: self.now),
            stops=self.stops,
            clock=lambda: self.now,
        )
        asyncio.run(scan(self.asked, self.observed, replace(THIS, **changes)))
        return self

    def outcomes(self) -> dict[str, str]:
        return {look.page.offer_id: look.outcome for looks in self.observed.told for look in looks}

    def later(self) -> list[tuple[datetime | None, list[str]]]:
        return [(at, [page.offer_id for page in pages]) for at, pages in self.observed.carried]


def test_each_page_ends_in_a_reading_or_a_named_reason() -> None:
    one, none, blocked = asked(1), asked(9), asked(2)

    run = Run(one, none, blocked).answer(blocked, fetched(blocked, Fetch.BLOCKED))()

    assert list(run.outcomes().values()) == ["read", "no_price", "blocked"]
    assert [look.captured_at for look in run.observed.told[0]] == [MONDAY] * 3


@pytest.mark.parametrize("outcome", [one for one in Fetch if one not in {Fetch.FETCHED, Fetch.NOT_YET}])
def test_every_way_a_fetch_ends_is_an_outcome_that_messages_know(outcome: Fetch) -> None:
    run = Run(asked(1)).answer(asked(1), fetched(asked(1), outcome))()

    told = {"offer_id": "o", "product_id": "p", "competitor_id": "c", "url": "u", "captured_at": MONDAY}
    (known,) = run.outcomes().values()
    assert PageReading.model_validate(told | {"outcome": known}).outcome == known


@pytest.mark.parametrize(
    ("known", "url", "outcome"),
    [
        ({"etag": '"v1"'}, None, "unchanged"),
        ({"last_modified": "yesterday"}, None, "unchanged"),
        ({}, None, "http_error"),
        ({"etag": '"v1"'}, "https://c1.example/elsewhere", "http_error"),
    ],
)
def test_not_modified_is_an_answer_to_our_own_condition_alone(
    known: dict[str, str], url: str | None, outcome: str
) -> None:
    page = asked(1, **known)

    run = Run(page).answer(page, replace(fetched(page, Fetch.NOT_MODIFIED), url=url or page.url))()

    assert run.outcomes() == {page.offer_id: outcome}
    assert run.web.conditions == {page.url: (known.get("etag"), known.get("last_modified"))}


def test_hosts_are_read_at_once_and_the_pages_of_each_in_turn() -> None:
    hosts = [f"h{place}" for place in range(HOSTS_AT_ONCE + 5)]
    run = Run(*(asked(turn, host) for turn in range(3) for host in hosts))
    now: dict[str, int] = dict.fromkeys(hosts, 0)
    most = 0
    answer = run.web.fetch

    async def slowly(url: str, **known: Any) -> Fetched:
        nonlocal most
        host = url.split("//")[1].split(".", maxsplit=1)[0]
        now[host] += 1
        most = max(most, sum(now.values()))
        assert now[host] == 1, "two at once"
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now[host] -= 1
        return await answer(url, **known)

    run.web.fetch = slowly  # type: ignore[method-assign] # the same, with a look inside
    run()

    assert len(run.outcomes()) == len(run.asked)
    assert most == HOSTS_AT_ONCE
    assert run.web.asked.index("https://h0.example/0") < run.web.asked.index("https://h0.example/1")


def test_what_was_found_leaves_while_the_rest_is_fetched() -> None:
    run = Run(*(asked(place) for place in range(LOOKS_AT_ONCE + 1)))()

    assert [len(looks) for looks in run.observed.told] == [LOOKS_AT_ONCE, 1]


def test_large_pages_leave_before_they_fill_the_memory() -> None:
    pages = [asked(place) for place in range(3)]
    run = Run(*pages)
    for page in pages:
        run.answer(page, replace(fetched(page), packed=b"x" * (BYTES_AT_ONCE // 2)))

    assert [len(looks) for looks in run().observed.told] == [2, 1]


def test_a_scan_that_is_to_stop_tells_what_it_read_and_reads_no_more() -> None:
    run = Run(*(asked(place) for place in range(LOOKS_AT_ONCE * 3)))
    run.stops = FakeStops({("org", "job")}, after=1)

    run()

    assert (len(run.web.asked), len(run.observed.told), run.later()) == (LOOKS_AT_ONCE, 1, [])


def test_pages_that_were_read_are_kept_as_they_came_and_their_place_is_told() -> None:
    run = Run(asked(1), asked(9), asked(2)).answer(asked(2), fetched(asked(2), Fetch.BLOCKED))()

    looks = run.observed.told[0]
    assert [run.snapshots.kept[look.snapshot].packed for look in looks if look.snapshot] == [
        b"https://c1.example/1",
        b"https://c1.example/9",
    ]
    assert (looks[2].snapshot, looks[2].page_hash, looks[0].fetched.body) == (None, None, b"")
    assert looks[0].page_hash is not None


def test_a_page_that_cannot_be_kept_is_read_all_the_same() -> None:
    run = Run(asked(1))
    run.snapshots.down = True

    run()

    assert (run.outcomes(), run.observed.told[0][0].snapshot) == ({"o-c1-1": "read"}, None)


def test_pages_are_read_by_the_recipe_of_their_competitor() -> None:
    recipe = Recipe(name="shop", version=3, selectors=(Selector(field=Field.ITEM_PRICE, css=".price"),))

    run = Run(asked(1), asked(1, "c2"))(recipes={"c2": recipe})

    labels = {look.page.competitor_id: look.reading and look.reading.recipe for look in run.observed.told[0]}
    assert labels == {"c1": None, "c2": "shop@3"}


def test_what_the_time_does_not_suffice_for_goes_back_with_what_is_known_of_its_host() -> None:
    run = Run(asked(1), asked(2), asked(3), asked(1, "c2"))
    run.answer(asked(2), not_yet(asked(2), 0))
    run.web.pauses = {asked(2).url: 1.0}

    run()

    ((at, pages),) = run.observed.carried
    assert (at, [page.offer_id for page in pages]) == (None, ["o-c1-2", "o-c1-3"])
    assert [page.pause_seconds for page in pages] == [1.0, None]
    assert run.outcomes().keys() == {"o-c1-1", "o-c2-1"}


def test_a_host_that_wants_to_be_left_alone_goes_back_until_then_and_others_are_read() -> None:
    run = Run(asked(1), asked(2), asked(1, "c2"))
    run.answer(asked(1), not_yet(asked(1), 3600.0))

    run()

    assert run.later() == [(MONDAY + HOUR, ["o-c1-1", "o-c1-2"])]
    assert run.outcomes() == {"o-c2-1": "read"}


def test_a_page_that_was_redirected_to_such_a_host_waits_alone() -> None:
    run = Run(asked(1), asked(2))
    run.answer(asked(1), not_yet(asked(1), 60.0, "https://elsewhere.example/1"))

    run()

    assert (run.later(), run.outcomes()) == ([(MONDAY + HOUR / 60, ["o-c1-1"])], {"o-c1-2": "read"})


def test_a_site_whose_other_name_wants_to_be_left_alone_is_not_asked_for_one_redirect_after_another() -> None:
    pages = [asked(place) for place in range(4)]
    run = Run(*pages)
    for page in pages[1:]:
        run.answer(page, not_yet(page, 60.0, f"https://www.c1.example/{page.offer_id}"))

    run()

    assert run.web.asked == [pages[0].url, pages[1].url]
    assert run.later() == [(MONDAY + HOUR / 60, ["o-c1-1", "o-c1-2", "o-c1-3"])]


def test_two_pages_in_a_row_that_lead_to_a_silent_host_are_enough() -> None:
    pages = [asked(place) for place in range(6)]
    run = Run(*pages)
    for page in (pages[0], pages[2], pages[3], pages[4]):
        run.answer(page, not_yet(page, 60.0, "https://elsewhere.example/"))

    run()

    assert run.web.asked == [page.url for page in pages[:4]]
    assert run.later() == [(MONDAY + HOUR / 60, ["o-c1-0", "o-c1-2", "o-c1-3", "o-c1-4", "o-c1-5"])]
    assert run.outcomes() == {"o-c1-1": "read"}


def test_two_pages_that_lead_to_different_silent_hosts_say_nothing_of_the_others() -> None:
    run = Run(asked(0), asked(1), asked(2))
    run.answer(asked(0), not_yet(asked(0), 60.0, "https://elsewhere.example/"))
    run.answer(asked(1), not_yet(asked(1), 60.0, "https://another.example/"))

    run()

    assert run.outcomes() == {"o-c1-2": "read"}


@pytest.mark.parametrize("carried", [0, REFUSALS_HEEDED])
def test_rules_that_are_to_be_asked_for_later_put_pages_off_as_often_as_a_page_itself(carried: int) -> None:
    run = Run(asked(1), asked(2))
    run.answer(asked(1), replace(fetched(asked(1), Fetch.ROBOTS_DISALLOWED), not_yet_seconds=60.0))
    run.answer(asked(2), not_yet(asked(2), 60.0))

    run(carried=carried)

    assert run.outcomes() == ({} if carried < REFUSALS_HEEDED else {"o-c1-1": "robots_disallowed"})
    assert run.later()[0][1][-1] == "o-c1-2"


def refused(page: PageAsked, seconds: float) -> Fetched:
    return replace(fetched(page, Fetch.BLOCKED), not_yet_seconds=seconds)


@pytest.mark.parametrize(("carried", "told", "waits"), [(0, {}, 2), (REFUSALS_HEEDED, {"o-c1-1": "blocked"}, 1)])
def test_a_page_whose_host_is_too_busy_waits_a_few_times_and_is_then_told_as_blocked(
    carried: int, told: dict[str, str], waits: int
) -> None:
    run = Run(asked(1), asked(2))
    run.answer(asked(1), refused(asked(1), 60.0)).answer(asked(2), not_yet(asked(2), 60.0))

    run(carried=carried)

    assert run.outcomes() == told
    assert [len(pages) for _, pages in run.later()] == [waits]


def test_silence_for_a_day_does_not_keep_a_job_open() -> None:
    run = Run(asked(1), asked(2))
    run.answer(asked(1), refused(asked(1), 86_400.0)).answer(asked(2), not_yet(asked(2), 86_400.0))

    run()

    assert (run.outcomes(), run.later()) == ({"o-c1-1": "blocked", "o-c1-2": "timeout"}, [])
    assert "left alone until" in run.observed.told[0][1].detail


@pytest.mark.parametrize("spent", [{"carried": MOST_CARRIES}, {"planned_at": MONDAY - LONGEST_SCAN}])
def test_a_page_is_not_carried_for_ever(spent: dict[str, Any]) -> None:
    run = Run(asked(1)).answer(asked(1), not_yet(asked(1), 1.0))

    run(**spent)

    assert (run.outcomes(), run.later()) == ({"o-c1-1": "timeout"}, [])
    assert "given up" in run.observed.told[0][0].detail


def test_a_lane_remembers_who_wants_to_be_left_alone_for_whichever_process_is_next() -> None:
    run = Run(asked(1))
    run.memory.kept[THIS.lane] = {"c1.example": MONDAY + HOUR, "old.example": MONDAY - HOUR}

    run()
    first = dict(run.web.silent)
    run.web.silent = {"c1.example": 3600.0, "new.example": 60.0}
    run()

    assert first == {"c1.example": 3600.0}
    assert run.memory.kept[THIS.lane] == {"c1.example": MONDAY + HOUR, "new.example": MONDAY + HOUR / 60}


def test_before_a_request_ends_its_hosts_may_be_asked_again_also_when_it_fails() -> None:
    run = Run(asked(1), asked(2, "c2"))

    async def down(looks: object) -> None:
        assert looks
        raise Unavailable("the queue is down")

    run.observed.tell = down  # type: ignore[method-assign] # it fails
    with pytest.raises(Unavailable):
        run()

    assert (run.web.rests, run.observed.carried) == (1, [])
