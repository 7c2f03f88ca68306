"""Pricing's copy of the catalogue mended: what is told again, and the wish for it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders.events import body_of, sample, with_bodies
from tests.builders.pricing import some_facts
from tests.fakes.doors import Doors
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

CHANGED = body_of(sample("sqs_products_changed"))
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}


def test_what_is_told_again_replaces_the_same_revision_and_no_later_one(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    damaged = some_facts("1", revision=2, name="damaged")
    later = some_facts("3", product_id="later", revision=3)
    run(facts.keep([damaged, later]))

    mended, older = some_facts("99.99", revision=2), some_facts("2", product_id="later", revision=2)
    missing = some_facts(product_id="missing")
    run(facts.keep([mended]))
    assert run(facts.by_id("org", ["prd"])) == {"prd": damaged}

    for _ in range(2):
        run(facts.keep([mended, older, missing], again=True))

    assert run(facts.by_id("org", ["prd", "later", "missing"])) == {"prd": mended, "later": later, "missing": missing}


def test_what_is_told_again_of_another_organisation_changes_nothing(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    run(facts.keep([some_facts()]))

    run(facts.keep([some_facts("1", organisation_id="rival", revision=9)], again=True))

    assert run(facts.by_id("org", ["prd"])) == {"prd": some_facts()}
    assert run(facts.by_id("rival", ["prd"])) == {}


def _told(again: bool, **product: Any) -> dict[str, Any]:  # noqa: FBT001 - reads as the message does
    products = [CHANGED["products"][0] | product]
    return CHANGED | {"id": f"evt-{again}", "organisation_id": "org", "products": products, "again": again}


@pytest.mark.parametrize(
    "damage", [{"price": "0.01"}, {"name": None, "sku": ""}, {"revision": None}, {"revision": "?"}], ids=str
)
def test_the_door_mends_a_damaged_fact_and_only_when_it_is_told_again(damage: dict[str, Any], doors: Doors) -> None:
    door = doors.open("pricing", "record_products")
    name = "sqs_products_changed"
    assert door(with_bodies(sample(name), [_told(False)])) == NOTHING_FAILED
    (whole,) = doors.database["products"].find({})
    doors.database["products"].update_one({}, {"$set": damage})
    assert door(with_bodies(sample(name), [_told(False)])) == NOTHING_FAILED
    assert doors.database["products"].find_one({}) != whole

    answers = [door(with_bodies(sample(name), [_told(True)])) for _ in range(2)]

    assert answers == [NOTHING_FAILED] * 2
    assert list(doors.database["products"].find({})) == [whole]


def test_a_product_that_only_pricing_has_stays(doors: Doors) -> None:
    door = doors.open("pricing", "record_products")
    others = [_told(False, product_id=one, sku=one) | {"id": one} for one in ("a", "b")]
    door(with_bodies(sample("sqs_products_changed"), others))

    door(with_bodies(sample("sqs_products_changed"), [_told(True, product_id="a", sku="a")]))

    assert sorted(one["_id"] for one in doors.database["products"].find({})) == ["a", "b"]


def test_a_rebuild_is_a_job_that_asks_the_catalogue(doors: Doors) -> None:
    api = doors.api("pricing")

    answer = api.ask("POST", "/pricing/facts/rebuilds", {"shop_id": "demo-eu"})

    job_id = answer.json["job_id"]
    assert (answer.status, answer.headers["location"]) == (202, f"/scheduler/jobs/{job_id}")
    (wanted,) = doors.cloud.facts("pricing.facts-wanted")
    (opened,) = doors.cloud.facts("jobs.job-opened")
    assert (wanted["job_id"], wanted["shop_id"], wanted["organisation_id"]) == (job_id, "demo-eu", "org")
    assert (opened["job_id"], opened["kind"], opened["subject"], opened["requested_by"]) == (
        job_id,
        "rebuild",
        "demo-eu",
        "usr",
    )


@pytest.mark.parametrize("body", [{}, {"shop_id": ""}, {"shop_id": "Not A Slug!"}, {"shop_id": "a", "all": True}])
def test_a_rebuild_of_nothing_that_can_be_named_is_refused(body: dict[str, Any], doors: Doors) -> None:
    assert doors.api("pricing").ask("POST", "/pricing/facts/rebuilds", body).status == 422


def test_a_rebuild_needs_the_right_to_change_the_catalogue(doors: Doors) -> None:
    answer = doors.api("pricing").ask("POST", "/pricing/facts/rebuilds", {"shop_id": "a"}, scopes="catalogue:read")

    assert (answer.status, answer.json["type"]) == (403, "/problems/identity/missing-scope")


def test_a_family_that_changed_moves_its_partition_with_it(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    shirt = some_facts(family="shirt", revision=2)
    run(facts.keep([shirt]))

    run(facts.keep([replace(shirt, family=None)], again=True))

    sizes = run(facts.sizes_of("org", "demo-eu", ["prd", shirt.partition]))
    assert sizes == {"prd": 1}
