"""Found pages: fake and MongoDB keep the same promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from pricing.domain.candidate import Candidate, Suggestion, candidate_id_of
from pricing.usecases.candidates import Part
from shared.kernel.paging import Window
from tests.builders.pricing import MONDAY, an_offer, some_facts
from tests.fakes.candidates import FakeCandidates
from tests.fakes.cloud import FakeCloud
from tests.fakes.pricing import Kept
from tests.fakes.runs import Run

ALL = Window(limit=100)
SUGGESTED = (Suggestion(product_id="prd", sku="HP-100", because="HP100"),)


def a_page(path: str, **changes: Any) -> Candidate:
    url = f"https://c1.example/{path}"
    fields: dict[str, Any] = {
        "organisation_id": "org",
        "competitor_id": "c1",
        "url": url,
        "job_id": "job",
        "first_found_at": MONDAY,
        "found_at": MONDAY,
    } | changes
    return Candidate(candidate_id=candidate_id_of(fields["organisation_id"], url), **fields)


def a_part(message_id: str = "msg", **changes: Any) -> Part:
    return Part(**({"message_id": message_id, "job_id": "job", "organisation_id": "org"} | changes))


def listed(
    kept: Kept, run: Run, organisation_id: str = "org", competitor_id: str | None = None, **how: bool
) -> set[str]:
    page = run(kept.stores.candidates.page(organisation_id, ALL, competitor_id, suggested=how.get("suggested", False)))
    return {one.url.rpartition("/")[2] for one in page.items}


def test_pages_are_kept_once_however_often_a_part_comes(kept: Kept, run: Run) -> None:
    found = [a_page("a", title="Lamp", suggestions=SUGGESTED), a_page("b", competitor_id="c2", modified="2026-01-01")]
    for _ in range(2):
        run(kept.stores.candidates.keep(a_part(), found, MONDAY))

    page = run(kept.stores.candidates.page("org", ALL, None, suggested=False))
    assert sorted(page.items, key=lambda one: one.url) == found
    assert listed(kept, run, competitor_id="c2") == {"b"}
    assert listed(kept, run, suggested=True) == {"a"}


def test_a_page_that_is_found_again_keeps_when_it_was_found_first(kept: Kept, run: Run) -> None:
    run(kept.stores.candidates.keep(a_part(), [a_page("a", title="Lamp")], MONDAY))
    later = MONDAY + timedelta(days=1)
    again = a_page("a", first_found_at=later, found_at=later, suggestions=SUGGESTED)

    run(kept.stores.candidates.keep(a_part("later", last=True, problems=("one file",)), [again], later))

    (page,) = run(kept.stores.candidates.page("org", ALL, None, suggested=False)).items
    assert page == replace(again, first_found_at=MONDAY, title="Lamp")


def test_a_job_ends_with_the_last_of_its_parts_to_arrive(kept: Kept, run: Run, cloud: FakeCloud) -> None:
    last = a_part("last", last=True, before=("one", "two"), problems=("no list",))
    for part, found in ((last, []), (a_part("two"), [a_page("b")]), (a_part("another", job_id="other"), [a_page("c")])):
        run(kept.stores.candidates.keep(part, found, MONDAY))
    run(kept.stores.candidates.keep(a_part("one", organisation_id="rival"), [], MONDAY))
    assert ends(kept, cloud) == {}

    for _ in range(2):
        run(kept.stores.candidates.keep(a_part("first"), [a_page("d")], MONDAY))
    assert ends(kept, cloud) == {}

    for name in ("one", "one"):
        run(kept.stores.candidates.keep(a_part(name), [a_page("a")], MONDAY))
    assert ends(kept, cloud) == {"job": "no list"}


def ends(kept: Kept, cloud: FakeCloud) -> dict[str, str]:
    """Which jobs came to their end, and what was said of it."""
    if isinstance(kept.stores.candidates, FakeCandidates):
        return {job_id: said for (_, job_id), said in kept.stores.candidates.ended.items()}
    return {fact["job_id"]: fact["detail"] for fact in cloud.facts("jobs.job-ended")}


def test_what_is_watched_is_no_candidate_any_more(kept: Kept, run: Run) -> None:
    run(kept.stores.candidates.keep(a_part(), [a_page("a"), a_page("b")], MONDAY))
    run(kept.stores.offers.add([replace(an_offer("1", offer_id="off"), url="https://c1.example/a")]))
    theirs = replace(an_offer("1", offer_id="their"), organisation_id="rival", url="https://c1.example/b")
    run(kept.stores.offers.add([theirs]))

    assert listed(kept, run) == {"b"}


def test_no_organisation_sees_what_another_found(kept: Kept, run: Run) -> None:
    run(kept.stores.candidates.keep(a_part(), [a_page("a")], MONDAY))
    theirs = a_page("a", organisation_id="rival", title="Theirs")
    run(kept.stores.candidates.keep(a_part(organisation_id="rival"), [theirs], MONDAY))

    assert run(kept.stores.candidates.page("org", ALL, None, suggested=False)).items == (a_page("a"),)
    assert listed(kept, run, "nobody") == set()


def test_products_are_found_by_what_identifies_them(kept: Kept, run: Run) -> None:
    facts = kept.stores.facts
    lamp = some_facts(product_id="lamp", sku="L-1", gtin="4006381333931", mpn="wh-1000 XM5")
    gone = some_facts(product_id="gone", sku="WH1000XM5", active=False)
    theirs = some_facts(product_id="theirs", sku="WH-1000XM5", organisation_id="rival")
    run(facts.keep([lamp, gone, theirs]))

    found = run(facts.by_identifiers("org", ["WH1000XM5", "4006381333931", "NONE123"]))

    assert found == {"WH1000XM5": [lamp], "4006381333931": [lamp]}
    assert run(facts.by_identifiers("rival", ["WH1000XM5"])) == {"WH1000XM5": [theirs]}
