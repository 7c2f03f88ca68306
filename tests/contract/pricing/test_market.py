"""Facts, competitors, offers and observations: fake and MongoDB keep the same promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.mongo_observations import MongoScanLog
from pricing.domain.errors import CompetitorExists, ObservationNotFound
from pricing.domain.market import Observation
from pricing.domain.recording import Known
from pricing.usecases.ports import Facts, PagesOfLane, PageToRead, Recorded, ShopPart
from shared.kernel.paging import Page, Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from shared.runtime.queues import Queue
from tests.builders.pricing import MONDAY, a_competitor, an_observation, an_offer, some_facts
from tests.fakes.cloud import FakeCloud
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

HOUR = timedelta(hours=1)
FIRST = Window(limit=2)


def seen(name: str, price: str | None = "50", **changes: Any) -> Observation:
    """An observation of the offer off, by id."""
    fields: dict[str, Any] = {"observation_id": name, "outcome": "read" if price else "blocked"}
    if price is None:
        fields["item_price"] = None
    return an_observation(price or "0", **(fields | changes))


def unseen_offer(offer_id: str = "off", **changes: Any) -> Any:
    return replace(an_offer("1", offer_id=offer_id), latest=None, **changes)


async def everything(walk: Any) -> list[Any]:
    return [one async for one in walk]


def to_the_end(run: Run, page: Callable[[Window], Any], key: Callable[[Any], str]) -> list[str]:
    """The keys of a whole list, read two at a time."""
    found: list[str] = []
    window = FIRST
    while True:
        got: Page[Any] = run(page(window))
        found += [key(one) for one in got.items]
        if got.next_after is None:
            return found
        window = Window(limit=2, after=got.next_after)


def test_the_latest_revision_of_a_product_stays_whatever_comes_late(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    for revision, price in ((2, "20"), (1, "10"), (2, "21")):
        run(facts.keep([some_facts(price, revision=revision)]))

    assert run(facts.by_id("org", ["prd"]))["prd"] == some_facts("20", revision=2)


def test_facts_of_one_message_are_kept_with_those_that_are_late(kept: Kept, run: Run) -> None:
    run(kept.stores.facts.keep([some_facts("20", revision=2)]))

    run(kept.stores.facts.keep([some_facts("10", revision=1), some_facts("5", product_id="new", sku="N")]))

    assert set(run(kept.stores.facts.by_id("org", ["prd", "new"]))) == {"prd", "new"}


def test_no_organisation_reads_or_replaces_the_products_of_another(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    run(facts.keep([some_facts("20"), some_facts("1", organisation_id="rival", product_id="theirs")]))

    run(facts.keep([some_facts("0.01", organisation_id="rival", revision=9)]))

    assert run(facts.by_id("org", ["prd", "theirs"])) == {"prd": some_facts("20")}
    assert set(run(facts.by_sku("rival", "demo-eu", ["HP-100"]))) == {"HP-100"}
    assert run(facts.by_sku("rival", "demo-eu", ["HP-100"]))["HP-100"].product_id == "theirs"
    assert run(facts.find_sku("rival", "HP-100")).product_id == "theirs"
    assert (run(facts.count("org")), run(facts.count("nobody"))) == (1, 0)
    assert parted(run, facts, 10) == [["prd"]]


def test_a_shop_is_walked_in_parts_without_its_inactive_products(kept: Kept, run: Run) -> None:
    products = [some_facts("1", product_id=f"p{place}", sku=str(place), active=place != 3) for place in range(6)]
    other = some_facts("1", product_id="x", shop_id="other")
    run(kept.stores.facts.keep([*products, other]))

    assert parted(run, kept.stores.facts, 2) == [["p0", "p1"], ["p2", "p4"], ["p5"]]


def test_a_family_is_never_divided_and_may_be_named(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    variants = [some_facts("1", product_id=f"v{place}", sku=f"V{place}", family="lamp") for place in range(3)]
    alone = [some_facts("1", product_id=name, sku=name) for name in ("a", "z")]
    run(facts.keep([*variants, *alone]))

    assert parted(run, facts, 2) == [["a", "v0", "v1", "v2"], ["z"]]
    assert parted(run, facts, 1) == [["a"], ["v0", "v1", "v2"], ["z"]]
    named = ShopPart(partitions=("family/lamp", "z", "none"))
    assert [one.product_id for one in run(facts.in_part("org", "demo-eu", named))] == ["v0", "v1", "v2", "z"]
    assert run(facts.in_part("rival", "demo-eu", named)) == []
    after, more = run(facts.part_after("org", "demo-eu", "a", 1))
    assert ([one.product_id for one in run(facts.in_part("org", "demo-eu", after))], more) == (["v0", "v1", "v2"], True)


def parted(run: Run, facts: Facts, size: int) -> list[list[str]]:
    """The ids of the products in each part of the shop."""
    parts = run(facts.parts_of("org", "demo-eu", size))
    found = [[one.product_id for one in run(facts.in_part("org", "demo-eu", part))] for part in parts]
    assert [part.products for part in parts] == [len(some) for some in found]
    return found


def test_a_competitor_of_one_id_is_kept_once_for_each_organisation(kept: Kept, run: Run) -> None:
    competitors = kept.stores.competitors
    run(competitors.add(a_competitor()))
    run(competitors.add(a_competitor(organisation_id="rival", name="Theirs")))

    with pytest.raises(CompetitorExists):
        run(competitors.add(a_competitor(name="Again")))

    assert run(competitors.some("org", ["c1", "c2"])) == {"c1": a_competitor()}
    assert run(competitors.page("org", FIRST)).items == (a_competitor(),)


def test_an_offer_that_is_kept_stays_as_it_is(kept: Kept, run: Run) -> None:
    offers = kept.stores.offers
    run(offers.add([an_offer("50", offer_id="off")]))

    run(offers.add([unseen_offer(), unseen_offer("new")]))
    run(offers.add([]))

    found = run(offers.of_products("org", ["prd"]))["prd"]
    assert {one.offer_id for one in found} == {"off", "new"}
    assert next(one for one in found if one.offer_id == "off") == an_offer("50", offer_id="off")


def test_of_an_offer_that_is_kept_only_what_was_said_changes(kept: Kept, run: Run) -> None:
    offers = kept.stores.offers
    watched = replace(an_offer("50", offer_id="off"), pack_quantity=6)
    run(offers.add([watched, unseen_offer("other")]))
    again = unseen_offer(match_type="substitute", pack_quantity=None)

    changed = [
        run(offers.add([again, unseen_offer("new")], {"off": {"match_type"}, "new": {"match_type", "pack_quantity"}})),
        run(offers.add([again, unseen_offer("other")], {"off": {"match_type"}})),
        run(offers.add([again], {"off": {"match_type", "pack_quantity"}})),
    ]

    assert changed == [1, 0, 1]
    (found,) = run(offers.some("org", ["off"]))
    assert found == replace(watched, match_type="substitute", pack_quantity=None)
    assert run(offers.some("org", ["new"])) == [unseen_offer("new")]


def test_an_offer_that_is_removed_is_gone_with_its_history_kept(kept: Kept, run: Run) -> None:
    offers = kept.stores.offers
    run(offers.add([unseen_offer(), unseen_offer("theirs", organisation_id="rival")]))
    run(kept.log.record("job", "m1", [seen("o1")], MONDAY))

    for organisation_id, offer_id in (("org", "theirs"), ("org", "off"), ("org", "off")):
        run(offers.remove(organisation_id, offer_id))
    late = run(kept.log.record("job", "m2", [seen("o2", "49")], MONDAY))

    assert run(offers.to_scan("org", [])) == []
    assert run(offers.of_products("org", ["prd"])) == {}
    assert [one.offer_id for one in run(offers.to_scan("rival", []))] == ["theirs"]
    assert late == Recorded(1, 0)
    assert [one.observation_id for one in run(kept.stores.observations.page("org", FIRST, "prd")).items] == ["o2", "o1"]


def test_no_organisation_meets_the_offers_of_another(kept: Kept, run: Run) -> None:
    offers = kept.stores.offers
    run(offers.add([unseen_offer(), unseen_offer("theirs", organisation_id="rival")]))

    found = {
        "page": [one.offer_id for one in run(offers.page("org", FIRST)).items],
        "products": [one.offer_id for one in run(offers.of_products("org", ["prd"]))["prd"]],
        "scan": [one.offer_id for one in run(offers.to_scan("org", []))],
        "walk": [one.offer_id for one in run(everything(offers.walk("org")))],
    }

    assert found == {name: ["off"] for name in found}


def test_a_scan_is_of_the_competitors_named_or_of_all(kept: Kept, run: Run) -> None:
    offers = [unseen_offer(f"o{place}", competitor_id=f"c{place}", product_id=f"p{3 - place}") for place in range(3)]
    run(kept.stores.offers.add(offers))

    named = [one.offer_id for one in run(kept.stores.offers.to_scan("org", ["c1", "nobody"]))]
    every = {one.offer_id for one in run(kept.stores.offers.to_scan("org", []))}

    assert (named, every) == (["o1"], {"o0", "o1", "o2"})
    assert [one.product_id for one in run(everything(kept.stores.offers.walk("org")))] == ["p1", "p2", "p3"]


def test_pages_skip_and_repeat_nothing_while_offers_are_added(kept: Kept, run: Run) -> None:
    offers = kept.stores.offers
    run(offers.add([unseen_offer(name) for name in "bdfh"]))

    first = run(offers.page("org", FIRST))
    run(offers.add([unseen_offer(name) for name in "aceg"]))
    second = run(offers.page("org", Window(limit=10, after=first.next_after)))

    assert [one.offer_id for one in (*first.items, *second.items)] == ["b", "d", "e", "f", "g", "h"]
    assert second.next_after is None


def test_a_message_that_comes_twice_is_recorded_once(kept: Kept, run: Run, cloud: FakeCloud) -> None:
    run(kept.stores.offers.add([unseen_offer()]))
    told = [seen("o1"), seen("o2", None, offer_id="other")]

    recorded = [run(kept.log.record("job", "msg", told, MONDAY)) for _ in range(2)]

    assert recorded == [Recorded(1, 1), Recorded(0, 0)]
    assert len(run(kept.stores.observations.page("org", Window(), None)).items) == 2
    assert {(event["done"], event["failed"]) for event in cloud.events()} <= {(1, 1)}
    assert len(cloud.told) <= 1


def test_one_message_that_names_an_observation_twice_records_it_once(kept: Kept, run: Run) -> None:
    recorded = run(kept.log.record("job", "msg", [seen("o1"), seen("o1")], MONDAY))

    assert recorded == Recorded(1, 0)


def test_an_offer_keeps_its_newest_price_and_the_one_before(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen_offer()]))
    for name, price, hours in (("o1", "50", 0), ("o2", "45", 1)):
        run(kept.log.record(name, name, [seen(name, price, captured_at=MONDAY + hours * HOUR)], MONDAY))

    (offer,) = run(kept.stores.offers.page("org", FIRST)).items

    assert (offer.latest.item_price, offer.previous.item_price) == (Decimal(45), Decimal(50))
    assert offer.latest.captured_at == MONDAY + HOUR


def test_a_late_message_changes_the_history_and_not_the_newest_price(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen_offer()]))
    run(kept.log.record("j2", "m2", [seen("o2", "45", captured_at=MONDAY + HOUR)], MONDAY))

    run(kept.log.record("j1", "m1", [seen("o1", "50", captured_at=MONDAY)], MONDAY))

    (offer,) = run(kept.stores.offers.page("org", FIRST)).items
    history = run(kept.stores.observations.page("org", Window(), "prd")).items
    assert (offer.latest.observation_id, offer.previous) == ("o2", None)
    assert [one.observation_id for one in history] == ["o2", "o1"]


def test_a_failed_look_keeps_the_last_price(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen_offer()]))
    run(kept.log.record("j1", "m1", [seen("o1", "50")], MONDAY))

    run(kept.log.record("j2", "m2", [seen("o2", None, captured_at=MONDAY + HOUR)], MONDAY))

    (offer,) = run(kept.stores.offers.page("org", FIRST)).items
    assert (offer.latest.observation_id, offer.last_failure.observation_id) == ("o1", "o2")


def test_what_was_recorded_is_read_as_it_was(kept: Kept, run: Run) -> None:
    full = seen(
        "o1", "49.90", shipping=Decimal("4.95"), list_price=Decimal("59.00"), title="«Ärmel» 測試", http_status=200
    )
    run(kept.log.record("job", "msg", [full], MONDAY))

    assert run(kept.stores.observations.get("org", "o1")) == full


def test_no_organisation_reads_or_moves_what_another_observed(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([unseen_offer()]))
    run(kept.log.record("job", "msg", [seen("o1", "50")], MONDAY))

    run(kept.log.record("job", "m2", [seen("x", "0.01", organisation_id="rival", captured_at=MONDAY + HOUR)], MONDAY))

    (offer,) = run(kept.stores.offers.page("org", FIRST)).items
    assert offer.latest.observation_id == "o1"
    assert [one.observation_id for one in run(kept.stores.observations.page("org", Window(), None)).items] == ["o1"]
    with pytest.raises(ObservationNotFound):
        run(kept.stores.observations.get("rival", "o1"))


def test_the_history_is_read_newest_first_to_its_end(kept: Kept, run: Run) -> None:
    told = [seen(f"o{place}", "50", captured_at=MONDAY + place // 2 * HOUR) for place in range(5)]
    run(kept.log.record("job", "msg", told, MONDAY))

    def page(window: Window) -> Any:
        return kept.stores.observations.page("org", window, None)

    assert to_the_end(run, page, lambda one: one.observation_id) == ["o4", "o3", "o2", "o1", "o0"]


def pricing_outbox(mongo: Mongo) -> Outbox:
    return Outbox(mongo, "pricing", bus="bus", queues={"pages": Queue("pages.fifo")})


def test_a_job_is_planned_once_with_its_pages_and_its_announcement(
    store: Callable[[str], Mongo], run: Run, cloud: FakeCloud
) -> None:
    mongo = store("pricing")
    log = MongoScanLog(mongo, pricing_outbox(mongo), lambda: MONDAY)
    parts = [
        PagesOfLane(lane=lane, part=0, pages=(PageToRead(offer=unseen_offer(name), etag='"v1"'),))
        for lane, name in enumerate("ab")
    ]

    for organisation, at in (("org", MONDAY), ("org", MONDAY + HOUR), ("rival", MONDAY)):
        run(log.plan(organisation, "job" if organisation == "org" else "job-2", parts, at))

    planned = [(event["organisation_id"], event["items"]) for event in cloud.facts("jobs.job-planned")]
    asked = [(one["organisation_id"], one["lane"], one["pages"][0]["etag"]) for one in cloud.messages("pages.fifo")]
    assert planned == [("org", 2), ("rival", 2)]
    assert sorted(asked) == [(whose, lane, '"v1"') for whose in ("org", "rival") for lane in (0, 1)]
    assert {one["MessageGroupId"] for one in cloud.sent} == {"lane-0", "lane-1"}


def test_an_observation_that_cannot_be_stored_leaves_no_announcement(
    store: Callable[[str], Mongo], run: Run, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongo = store("pricing")
    outbox = pricing_outbox(mongo)

    async def crashes(*_: object) -> None:
        raise KeyError("the worker died")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "add", crashes)
        with pytest.raises(KeyError):
            run(MongoScanLog(mongo, outbox, lambda: MONDAY).record("job", "msg", [seen("o1")], MONDAY))
    again = run(MongoScanLog(mongo, outbox, lambda: MONDAY).record("job", "msg", [seen("o1")], MONDAY))

    assert again == Recorded(1, 0)
    assert len(cloud.told) == 1


def test_a_second_look_stands_beside_the_failed_one_and_counts_as_none(kept: Kept, run: Run) -> None:
    run(kept.stores.offers.add([replace(an_offer("1", offer_id="off"), latest=None)]))
    known = Known(competitors={"c1": a_competitor(model_reader=True)})
    failed = seen("o1", None, outcome="no_price", snapshot="kept", captured_at=MONDAY)
    again = seen("o2", "50", snapshot="kept", captured_at=MONDAY, reader="llm", agreement=1)

    run(kept.log.record("job", "m1", [failed], MONDAY, known))
    recorded = [run(kept.log.record("job", "m2", [again], MONDAY, known, second_look=True)) for _ in range(2)]

    (offer,) = run(kept.stores.offers.some("org", ["off"]))
    assert recorded == [Recorded(1, 0), Recorded(0, 0)]
    assert offer.latest is not None
    assert (offer.latest.observation_id, offer.failing_since) == ("o2", None)
    assert offer.last_failure is not None
    assert offer.last_failure.observation_id == "o1"
    assert run(kept.stores.budgets.effects("org", MONDAY)).looks == 1


def test_a_scan_is_planned_by_less_than_is_known_and_a_repair_by_what_is_broken(kept: Kept, run: Run) -> None:
    whole = an_offer("50", offer_id="a", previous="40")
    failing = replace(an_offer("60", offer_id="b"), failing_since=MONDAY, last_failure=seen("x", None, offer_id="b"))
    theirs = replace(failing, offer_id="c", organisation_id="rival")
    run(kept.stores.offers.add([whole, failing, theirs]))

    planned = {one.offer_id: one for one in run(kept.stores.offers.to_scan("org", ("c1",)))}

    assert set(planned) == {"a", "b"}
    for name in ("etag", "last_modified", "recipe", "readers_version"):
        assert getattr(planned["a"].latest, name) == getattr(whole.latest, name)
    assert run(kept.stores.offers.broken("org", "c1", 10)) == [failing]
    assert run(kept.stores.offers.broken("org", "c2", 10)) == []
