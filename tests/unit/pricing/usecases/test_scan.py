"""Planning scans."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from pricing.domain.lanes import MOST_OF_A_HOST, lane_of
from pricing.domain.market import MISSES_UNTIL_LOST
from pricing.domain.reading import READERS_VERSION
from pricing.domain.recipe import Field, Recipe, Selector
from pricing.usecases.ports import PageToRead
from pricing.usecases.recipes import KeptRecipe
from pricing.usecases.scan import MarketPart, PlanScan
from tests.builders.pricing import MONDAY, an_observation, an_offer, some_facts
from tests.fakes.pricing import FakeFacts, FakeFilters, FakeObservations, FakeOffers, FakeScanLog
from tests.fakes.recipes import FakeRecipes

LANES = 4
# No scan in here is by budget.
NOT_CHOSEN: Any = None


def offers(*hosts: str) -> FakeOffers:
    found = [replace(an_offer("1", offer_id=f"o{place:03}"), host=host) for place, host in enumerate(hosts)]
    return FakeOffers({offer.offer_id: offer for offer in found})


def plan(
    of: FakeOffers,
    log: FakeScanLog,
    *competitor_ids: str,
    facts: FakeFacts | None = None,
    filters: FakeFilters | None = None,
    recipes: FakeRecipes | None = None,
    **part: Any,
) -> int:
    planning = PlanScan(
        facts=facts or FakeFacts(),
        filters=filters or FakeFilters(),
        offers=of,
        observations=FakeObservations(log),
        recipes=recipes or FakeRecipes(),
        choose=NOT_CHOSEN,
        log=log,
        lanes=LANES,
        clock=lambda: MONDAY,
    )
    return asyncio.run(planning("org", "job", MarketPart(competitor_ids=competitor_ids, **part)))


def pages_asked(log: FakeScanLog) -> list[PageToRead]:
    return [page for part in log.asked.values() for page in part.pages]


def test_a_scan_is_split_by_lane_and_announced() -> None:
    log = FakeScanLog()

    pages = plan(offers("b.example", "a.example", "b.example"), log)

    lanes = {
        page.offer.host: {key[1] for key, part in log.asked.items() if page in part.pages} for page in pages_asked(log)
    }
    assert (pages, log.plans) == (3, {"job": 3})
    assert lanes == {host: {lane_of(host, LANES)} for host in ("a.example", "b.example")}


def test_a_large_host_is_split_into_parts_that_a_message_holds() -> None:
    log = FakeScanLog()

    plan(offers(*["a.example"] * (MOST_OF_A_HOST + 1)), log)

    assert [(key[2], len(part.pages)) for key, part in log.asked.items()] == [(0, 50), (1, 51)]


RECIPE = Recipe(name="shop", version=3, selectors=(Selector(field=Field.ITEM_PRICE, css=".price"),))
KEPT = [
    KeptRecipe(organisation_id=whose, competitor_id=competitor_id, recipe=RECIPE, author_id="usr", saved_at=MONDAY)
    for whose, competitor_id in (("org", "c1"), ("org", "c2"), ("rival", "c1"))
]


@pytest.mark.parametrize(
    ("stands", "conditions"),
    [
        ({}, ('"v1"', "yesterday")),
        ({"readers_version": READERS_VERSION - 1}, (None, None)),
        ({"readers_version": None}, (None, None)),
        ({"recipe": None}, (None, None)),
        ({"recipe": "shop@2"}, (None, None)),
    ],
)
def test_only_what_would_be_read_the_same_way_again_may_stay_as_it_is(
    stands: dict[str, Any], conditions: tuple[str | None, str | None]
) -> None:
    known = {"etag": '"v1"', "last_modified": "yesterday", "readers_version": READERS_VERSION, "recipe": "shop@3"}
    of, log = offers("a.example"), FakeScanLog()
    of.kept["o000"] = replace(of.kept["o000"], latest=an_observation("1", **known | stands))

    plan(of, log, recipes=FakeRecipes({(one.organisation_id, one.competitor_id, 3): one for one in KEPT}))

    (page,) = pages_asked(log)
    (part,) = log.asked.values()
    assert (page.etag, page.last_modified) == conditions
    assert part.recipes == {"c1": RECIPE}


def test_planning_twice_asks_and_announces_the_same() -> None:
    log, of = FakeScanLog(), offers("a.example", "b.example")

    assert (plan(of, log), plan(of, log)) == (2, 2)
    assert (len(log.asked), log.plans) == (2, {"job": 2})


def test_a_scan_of_named_competitors_leaves_the_others_and_other_organisations_out() -> None:
    of = offers("a.example", "b.example")
    of.kept["o001"] = replace(of.kept["o001"], competitor_id="c2")
    of.kept["x"] = replace(an_offer("1", offer_id="x", competitor_id="c2"), organisation_id="rival")

    assert plan(of, FakeScanLog(), "c2") == 1
    assert plan(of, FakeScanLog()) == 2


def test_nothing_to_scan_is_announced_too() -> None:
    log = FakeScanLog()

    assert (plan(FakeOffers(), log), log.plans) == (0, {"job": 0})


def missed(of: FakeOffers, misses: dict[str, int]) -> FakeOffers:
    of.kept |= {offer_id: replace(of.kept[offer_id], misses=count) for offer_id, count in misses.items()}
    return of


def test_a_lost_page_is_left_to_re_matches_and_given_up_after_three_of_them() -> None:
    of = missed(offers("a.example", "b.example", "c.example"), {"o001": MISSES_UNTIL_LOST, "o002": 6})

    assert plan(of, FakeScanLog()) == 1
    assert plan(of, FakeScanLog(), not_found=True) == 1
    assert plan(of, FakeScanLog(), "c1", not_found=True) == 2


def test_a_scan_of_a_category_takes_what_stands_below_it() -> None:
    lamps = some_facts(product_id="lamp", category="Home > Lighting > Lamps")
    tools = some_facts(product_id="tool", category="Garden")
    facts = FakeFacts({one.product_id: one for one in (lamps, tools)})
    of = FakeOffers(
        {
            "o1": replace(an_offer("1", offer_id="o1"), product_id=lamps.product_id),
            "o2": replace(an_offer("1", offer_id="o2"), product_id=tools.product_id),
        }
    )

    assert plan(of, FakeScanLog(), facts=facts, category="Home") == 1
    assert plan(of, FakeScanLog(), facts=facts, category="Home > Light") == 0


def test_a_scan_of_a_filter_that_is_gone_ends_with_the_reason() -> None:
    log = FakeScanLog()

    assert plan(offers("a.example"), log, filter_id="kvi") == 0

    assert log.refused == {"job": "none"}
    assert log.plans == {}


def test_a_retry_looks_at_what_failed_in_the_job_before_and_at_nothing_else() -> None:
    of, log = offers("a.example", "b.example"), FakeScanLog()
    for place, outcome in enumerate(("read", "blocked")):
        seen = replace(an_observation("1"), observation_id=str(place), offer_id=f"o00{place}", outcome=outcome)
        log.kept[seen.observation_id] = replace(seen, job_id="job_before")

    assert plan(of, log, failed_of="job_before") == 1
    assert [page.offer.offer_id for page in pages_asked(log)] == ["o001"]
