"""A competitor's data on a deployed stack: found, watched, scanned, doubted, mended, and known by its health."""

import time
from collections.abc import Iterator

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.account import Account
from local.job.client import Api, Json, Refused
from local.job.market import control, open_market
from local.job.material import SHOP, sample_material

pytestmark = pytest.mark.timeout(900)
JOB_SECONDS = 180
LISTED_SECONDS = 30
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "EXPIRED"}
HOST, RIVAL = "harbourmart.example", "harbourmart"
RECIPE = {
    "name": "harbourmart product pages",
    "selectors": [{"field": "item_price", "css": ".product-price .current-price"}],
}


@pytest.fixture(scope="module")
def api(stack: Stack, account: Account) -> Iterator[Api]:
    """The administrator of an organisation of their own, with a catalogue and one competitor."""
    assert account.rows
    open_market(stack, sample_material())
    administrator = ensure_administrator(stack, "market-data.example")
    signed_in = Api(stack.outputs.api_url).sign_in(administrator.email, administrator.password)
    signed_in.post_unless_there(
        "/products/shops", {"shop_id": SHOP, "name": "Main", "currency": "USD", "country": "US"}
    )
    signed_in.upload(f"/products/shops/{SHOP}/imports", sample_material().catalogue_csv)
    signed_in.post_unless_there("/pricing/competitors", {"competitor_id": RIVAL, "name": "Harbour", "domain": HOST})
    yield signed_in
    signed_in.close()


def ended(api: Api, job_id: str) -> Json:
    """A job at its end; one that another house opened is in the list some moments later."""
    deadline = time.monotonic() + LISTED_SECONDS
    while job_id not in {one["job_id"] for one in api.walk("/scheduler/jobs")}:
        assert time.monotonic() < deadline, f"{job_id} is not in the list"
        time.sleep(0.5)
    job = api.until(f"/scheduler/jobs/{job_id}", lambda one: one["state"] in ENDED, JOB_SECONDS)
    assert job["state"] == "COMPLETED", job
    return job


def scan(api: Api, **scope: object) -> Json:
    return ended(api, api.post("/scheduler/jobs", {"kind": "scan", **scope})["job_id"])


def offers(api: Api) -> list[Json]:
    return list(api.walk("/pricing/offers", limit=500))


@pytest.fixture(scope="module")
def watched(api: Api) -> list[Json]:
    """The competitor's pages, found by its site map, imported as a file, and scanned once."""
    found = api.post(f"/pricing/competitors/{RIVAL}/discoveries", {})
    job = ended(api, found["job_id"])
    candidates = list(api.walk("/pricing/candidates", competitor_id=RIVAL, limit=500))
    sku_of = {offer.url: offer.sku for offer in sample_material().offers if offer.host == HOST}
    assert {one["url"] for one in candidates} == set(sku_of)
    # What is told of a job may arrive after its end.
    api.until(f"/scheduler/jobs/{job['job_id']}", lambda one: one["done"] == len(sku_of), LISTED_SECONDS)

    rows = [f"{sku},{url},exact" for url, sku in sku_of.items()]
    bad = [
        "NO-SUCH-SKU,https://harbourmart.example/p/x,exact",
        f"{next(iter(sku_of.values()))},https://elsewhere.example/x,",
    ]
    text = "\n".join(["sku,url,match_type", *bad, *rows])
    report = api.upload(f"/pricing/offers/imports?shop_id={SHOP}", text)
    assert (report["accepted"], report["rejected"]) == (len(rows), 2)
    assert [(one["line"], one["column"]) for one in report["faults"]] == [(2, "sku"), (3, "url")]
    assert list(api.walk("/pricing/candidates", competitor_id=RIVAL, limit=500)) == []

    scan(api)
    return offers(api)


def test_every_found_page_is_read_with_its_provenance(api: Api, watched: list[Json]) -> None:
    one = api.get(f"/pricing/observations/{watched[0]['latest']['observation_id']}")

    assert all(offer["latest"] is not None for offer in watched)
    assert one["snapshot"].startswith("snapshots/")
    assert one["readers_version"] >= 1
    assert one["page_hash"]


def test_a_past_reading_is_repeated_from_its_kept_page(api: Api, watched: list[Json]) -> None:
    for offer in watched[:3]:
        again = api.get(f"/pricing/observations/{offer['latest']['observation_id']}/reread")

        assert again["same"], again["differs"]


def test_a_page_that_did_not_change_is_not_sent_again(api: Api, watched: list[Json]) -> None:
    job = scan(api)

    assert (job["done"], job["failed"]) == (len(watched), 0)
    latest = [offer["latest"] for offer in offers(api)]
    assert {one["outcome"] for one in latest} == {"unchanged"}
    before = {offer["offer_id"]: offer["latest"]["item_price"] for offer in watched}
    assert {offer["offer_id"]: offer["latest"]["item_price"] for offer in offers(api)} == before


def test_a_recipe_is_tried_on_kept_pages_before_it_counts(api: Api, watched: list[Json]) -> None:
    tried = api.post(f"/pricing/competitors/{RIVAL}/recipe/trials", RECIPE)
    wrong = {"name": "wrong", "selectors": [{"field": "item_price", "css": ".related .price"}]}
    missed = api.post(f"/pricing/competitors/{RIVAL}/recipe/trials", wrong)

    assert tried["pages"] == tried["reproduced"] == min(len(watched), 10)
    assert missed["reproduced"] < missed["pages"]
    saved = api.put(f"/pricing/competitors/{RIVAL}/recipe", RECIPE)
    exported = api.get(f"/pricing/competitors/{RIVAL}/recipe")["recipe"]
    assert api.put(f"/pricing/competitors/{RIVAL}/recipe", exported)["version"] == saved["version"] + 1
    scan(api)
    # What another recipe read is read anew, and says by which.
    assert {offer["latest"]["outcome"] for offer in offers(api)} == {"read"}
    one = api.get(f"/pricing/observations/{offers(api)[0]['latest']['observation_id']}")
    assert one["recipe"].endswith(f"@{saved['version'] + 1}")


def test_a_bad_data_day_keeps_the_last_values_and_the_health_says_where_why_and_since_when(
    stack: Stack, api: Api, watched: list[Json]
) -> None:
    before = {offer["offer_id"]: offer["latest"] for offer in offers(api)}
    control(stack.config, {"host": HOST, "how": "captcha"})
    try:
        job = scan(api)
    finally:
        control(stack.config, {"host": HOST})

    assert (job["done"], job["failed"]) == (0, len(watched))
    assert {offer["offer_id"]: offer["latest"] for offer in offers(api)} == before
    (health,) = api.get("/pricing/data-health")["competitors"]
    (failure,) = health["failures"]
    assert (health["competitor_id"], failure["reason"], failure["offers"]) == (RIVAL, "blocked", len(watched))
    assert failure["since"] is not None
    failing = list(api.walk(f"/pricing/data-health/{RIVAL}/offers", state="failing", limit=500))
    assert len({one["product_id"] for one in failing}) == len({offer["product_id"] for offer in watched})
    scan(api)
    assert api.get("/pricing/data-health")["whole"]["failures"] == []


def test_a_budget_for_looks_is_spent_and_never_overspent(api: Api, watched: list[Json]) -> None:
    with pytest.raises(Refused, match="PUT /pricing/scan-budget"):
        api.get("/pricing/scan-budget")
    api.put("/pricing/scan-budget", {"looks_per_day": 7, "min_hours": 1})
    # Everything was looked at within the hour, so there is nothing to spend it on.
    job = scan(api, by_budget=True)
    report = api.get("/pricing/scan-budget")

    assert (job["total"], report["looks_per_day"]) == (0, 7)
    assert report["effects"]["looks"] >= len(watched)
    assert report["effects"]["billed_ms"] > 0
