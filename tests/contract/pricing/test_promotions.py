"""What the store of promotions promises, in memory and in MongoDB."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.adapters.mongo_new_prices import MongoNewPrices
from pricing.adapters.mongo_policies import FOLLOWS
from pricing.adapters.mongo_promotions import of_products
from pricing.domain.errors import HoldOfPromotion, PromotionChanged, PromotionNotFound
from pricing.domain.hold import Hold
from pricing.domain.promotions.promotion import BEGUN, LIVE, Claim, Item, ItemState, Promotion, PromotionState
from shared.kernel.paging import Window
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.pricing import MONDAY
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

DAY = timedelta(days=1)
ITEM = Item(product_id="p1", sku="A", price=Decimal("9.90"), claim=Claim("was", Decimal("12.50")))


def a_promotion(promotion_id: str = "prm_1", **changes: Any) -> Promotion:
    fields: dict[str, Any] = {
        "promotion_id": promotion_id,
        "organisation_id": "org",
        "shop_id": "demo-eu",
        "name": "Winter",
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "starts_at": MONDAY,
        "ends_at": MONDAY + 7 * DAY,
        "items": (ITEM, replace(ITEM, product_id="p2", sku="B", claim=Claim())),
        "authors": ("author",),
        "created_at": MONDAY,
        "changed_at": MONDAY,
    }
    return Promotion(**(fields | changes))


def test_a_promotion_is_kept_as_it_is_and_for_its_organisation_alone(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    full = a_promotion(
        items=(
            replace(ITEM, state=ItemState.ON, before=Decimal(10), standing=Decimal("12.50"), on_market_since=MONDAY),
        ),
        state=PromotionState.RUNNING,
        approved_by="manager",
        approved_at=MONDAY,
        began_at=MONDAY,
        due_at=MONDAY + DAY,
        publications=2,
    )

    assert run(promotions.add(full)) == full
    assert run(promotions.add(replace(full, name="again"))) == full
    assert run(promotions.get("org", "prm_1")) == full
    with pytest.raises(PromotionNotFound):
        run(promotions.get("rival", "prm_1"))
    assert run(promotions.page("rival", Window(), None, None)).items == ()


def test_of_two_who_save_the_same_revision_one_is_told(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    first = run(promotions.add(a_promotion()))
    mine, theirs = first.changed(MONDAY, name="mine"), first.changed(MONDAY, name="theirs")
    run(promotions.save(mine))

    for late in (theirs, mine, replace(mine.changed(MONDAY), organisation_id="rival")):
        with pytest.raises(PromotionChanged):
            run(promotions.save(late))
    assert run(promotions.get("org", "prm_1")).name == "mine"


def test_approved_promotions_of_a_product_never_overlap(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    one = run(promotions.add(a_promotion()))
    meets = run(promotions.add(a_promotion("prm_2", starts_at=MONDAY + 6 * DAY, ends_at=MONDAY + 9 * DAY)))
    follows = run(promotions.add(a_promotion("prm_3", starts_at=MONDAY + 7 * DAY, ends_at=MONDAY + 9 * DAY)))
    other = run(promotions.add(a_promotion("prm_4", items=(replace(ITEM, product_id="p9"),))))
    foreign = run(promotions.add(a_promotion("prm_5", organisation_id="rival")))

    answers = [
        list(run(promotions.approve(each.approved("m", MONDAY)))) for each in (one, meets, follows, other, foreign)
    ]

    assert answers == [[], ["prm_1"], [], [], []]
    states = [run(promotions.get("org", name)).state.value for name in ("prm_1", "prm_2", "prm_3")]
    assert states == ["APPROVED", "PROPOSED", "APPROVED"]
    with pytest.raises(PromotionChanged):
        run(promotions.approve(meets.approved("m", MONDAY).changed(MONDAY, ends_at=MONDAY, starts_at=MONDAY - DAY)))
    assert [each.promotion_id for each in run(promotions.overlapping(meets, LIVE))] == ["prm_1", "prm_3"]
    assert [each.promotion_id for each in run(promotions.touching("org", ["p2"], MONDAY + 7 * DAY))] == [
        "prm_1",
        "prm_3",
    ]
    assert run(promotions.touching("rival", ["p1"], MONDAY - DAY)) == []


def test_what_is_due_comes_longest_due_first_and_so_many_at_once(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    for name, hours in (("prm_1", 3), ("prm_2", 1), ("prm_3", 2), ("prm_4", 9)):
        when = MONDAY + timedelta(hours=hours)
        run(promotions.add(a_promotion(name, due_at=when, organisation_id=f"org-{name}")))
    run(promotions.add(a_promotion("prm_5")))

    def due(limit: int) -> list[str]:
        return [one.promotion_id for one in run(promotions.due(MONDAY + timedelta(hours=3), limit))]

    assert (due(9), due(2)) == (["prm_2", "prm_3", "prm_1"], ["prm_2", "prm_3"])


def test_promotions_are_listed_newest_first_by_shop_and_state(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    for name, shop, state in (("prm_1", "eu", "PROPOSED"), ("prm_2", "us", "ENDED"), ("prm_3", "eu", "ENDED")):
        run(promotions.add(a_promotion(name, shop_id=shop, state=PromotionState(state))))

    def listed(shop: str | None = None, state: PromotionState | None = None) -> list[str]:
        return [one.promotion_id for one in run(promotions.page("org", Window(), shop, state)).items]

    assert listed() == ["prm_3", "prm_2", "prm_1"]
    assert (listed("eu"), listed("eu", PromotionState.ENDED)) == (["prm_3", "prm_1"], ["prm_3"])
    first = run(promotions.page("org", Window(limit=1), None, None))
    assert run(promotions.page("org", Window(after=first.next_after), None, None)).items[0].promotion_id == "prm_2"


def test_promotions_that_began_and_are_not_over_are_found_by_product(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    for state in PromotionState:
        run(promotions.add(a_promotion(f"prm_{state}", state=state)))

    found = {one.state for one in run(promotions.begun("org", ["p2", "p3"]))}
    assert (found, run(promotions.begun("org", ["p3"])), run(promotions.begun("rival", ["p2"]))) == (set(BEGUN), [], [])


def test_evidence_is_kept_in_place_of_what_was_kept_and_for_its_organisation(kept: Kept, run: Run) -> None:
    promotions = kept.stores.promotions
    run(promotions.add(a_promotion()))
    told: list[dict[str, Any]] = [
        {"product_id": "p2", "sku": "B", "prices": [{"amount": "1.00"}]},
        {"product_id": "p1", "sku": "A"},
    ]
    run(promotions.keep_evidence("org", "prm_1", told))
    run(promotions.keep_evidence("org", "prm_1", [{"product_id": "p1", "sku": "A", "verdict": "allowed"}]))
    run(promotions.keep_evidence("org", "prm_1", []))

    assert run(promotions.evidence("org", "prm_1")) == [
        {"product_id": "p1", "sku": "A", "verdict": "allowed"},
        {"product_id": "p2", "sku": "B", "prices": [{"amount": "1.00"}]},
    ]
    assert run(promotions.evidence("rival", "prm_1")) == []


def test_holds_are_placed_once_and_ended_together(kept: Kept, run: Run) -> None:
    holds = kept.stores.holds
    hold = Hold(
        hold_id="hld_1",
        organisation_id="org",
        shop_id="demo-eu",
        product_id="p1",
        sku="A",
        kind="promotion",
        reason="Winter",
        starts_at=MONDAY,
        ends_at=None,
        set_by="manager",
        set_at=MONDAY,
        promotion_id="prm_1",
    )
    run(holds.place([hold, replace(hold, hold_id="hld_2", product_id="p2")]))
    run(holds.place([replace(hold, reason="again")]))
    run(holds.place([]))
    before = run(holds.of_products("org", ["p1"], MONDAY))
    run(holds.end_of("org", ["no"], MONDAY))
    run(holds.end_of("org", ["hld_1", "hld_3"], MONDAY + DAY))
    run(holds.end_of("org", ["hld_1"], MONDAY + 2 * DAY))

    assert before == [hold]
    with pytest.raises(HoldOfPromotion):
        run(holds.end("org", "hld_2", MONDAY))
    assert [one.ends_at for one in run(holds.page("org", Window(), None)).items] == [None, MONDAY + DAY]
    assert [one.hold_id for one in run(holds.of_products("org", ["p1", "p2"], MONDAY + 2 * DAY))] == ["hld_2"]


def test_policies_that_follow_prices_decide_again_what_they_are_told_to(
    store: Callable[[str], Mongo], run: Run
) -> None:
    mongo = store("pricing")
    for name, shop, follows in (("a", "demo-eu", 5), ("b", "demo-eu", None), ("c", "us", 5)):
        policy = {"_id": name, "organisation_id": "org", "shop_id": shop, "policy_id": name}
        run(mongo.collection("policies").insert_one(policy | {FOLLOWS: follows}))
    again = MongoNewPrices(mongo, Outbox(mongo, "pricing"))
    for _ in range(2):
        run(again.decide_again("org", "demo-eu", {"p1", "family/x"}, MONDAY))
    run(again.decide_again("rival", "demo-eu", {"p1"}, MONDAY))

    async def noted() -> list[tuple[str, str]]:
        return sorted([(one["policy_id"], one["partition"]) async for one in mongo.collection("touched").find({})])

    assert run(noted()) == [("a", "family/x"), ("a", "p1")]


def test_promotions_are_read_from_an_index(store: Callable[[str], Mongo], run: Run) -> None:
    mongo = store("pricing")
    for name in ("promotions", "promotion_evidence"):
        run(mongo.collection(name).insert_one({"_id": "x", "organisation_id": "org"}))
    commands: list[dict[str, Any]] = [
        {"aggregate": "promotions", "pipeline": of_products("org", ["a"], LIVE), "cursor": {}},
        {"find": "promotions", "filter": {"due_at": {"$lte": MONDAY}}},
        {"find": "promotion_evidence", "filter": {"organisation_id": "org", "promotion_id": "prm"}},
    ]

    plans = [str(run(mongo.database.command("explain", one, verbosity="queryPlanner"))) for one in commands]

    assert ["COLLSCAN" in plan or "IXSCAN" not in plan for plan in plans] == [False] * len(plans)
