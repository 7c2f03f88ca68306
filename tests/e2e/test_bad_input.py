"""Bad input at a deployed stack: a clear answer that says what, where and how to mend it, and nothing half-done."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.account import Account
from local.job.client import Api, Json, Refused
from local.job.market import control, open_market
from local.job.material import SHOP, sample_material

pytestmark = pytest.mark.timeout(600)
JOB_SECONDS = 120
SCRATCH = "scratch"
SHOP_HOST = "northlight.example"


@pytest.fixture(scope="module")
def api(stack: Stack, account: Account) -> Iterator[Api]:
    """The administrator of a stack on which the main job was done."""
    assert account.offers
    # Other tests stop the market, or let another one in.
    open_market(stack, sample_material())
    administrator = ensure_administrator(stack)
    signed_in = Api(stack.outputs.api_url).sign_in(administrator.email, administrator.password)
    shop = {"shop_id": SCRATCH, "name": "For what must not go in", "currency": "USD", "country": "US"}
    signed_in.post_unless_there("/products/shops", shop)
    yield signed_in
    signed_in.close()


@pytest.fixture(scope="module")
def stranger(stack: Stack) -> Iterator[Api]:
    """An administrator of another organisation."""
    person = {"organisation": "Another shop", "email": "boss@other.example", "password": "correct horse battery"}
    stack.functions.invoke("auth-create-administrator", person)
    signed_in = Api(stack.outputs.api_url).sign_in(person["email"], person["password"])
    yield signed_in
    signed_in.close()


def refused(call: object, *arguments: object) -> Json:
    """The problem document of a call that must be refused."""
    with pytest.raises(Refused) as caught:
        call(*arguments)  # type: ignore[operator]  # one of Api's verbs
    text = str(caught.value)
    body: Json = json.loads(text[text.index("{") :])
    return body


def test_a_wrong_header_is_refused_and_nothing_goes_in(api: Api) -> None:
    problem = refused(api.upload, f"/products/shops/{SCRATCH}/imports", "sku,nmae\nX-1,Never in\n")

    assert (problem["status"], problem["type"]) == (422, "/problems/file/unreadable")
    assert "did you mean" in problem["errors"][0]["detail"]


def test_bad_rows_are_rejected_by_line_and_column_and_the_good_one_goes_in(api: Api) -> None:
    rows = (
        "GOOD-1,Good,,9.99,USD",
        "BAD-1,Negative,,-1,USD",
        "BAD-2,Digit,4006381333932,9.99,USD",
        "BAD-3,Unknown,,9.99,XYZ",
        "GOOD-1,Twice,,9.99,USD",
    )

    report = api.upload(f"/products/shops/{SCRATCH}/imports", "\n".join(("sku,name,gtin,price,currency", *rows)))

    assert (report["accepted"], report["rejected"]) == (1, 4)
    assert [(fault["line"], fault["column"]) for fault in report["faults"]] == [
        (3, "price"),
        (4, "gtin"),
        (5, "currency"),
        (6, "sku"),
    ]


@pytest.mark.parametrize(
    "url",
    ["ftp://northlight.example/p", "http://127.0.0.1/p", "http://169.254.169.254/latest/meta-data", "http://[::1]/p"],
)
def test_a_page_that_is_not_on_the_public_web_is_refused_at_registration(api: Api, url: str) -> None:
    offer = {"shop_id": SHOP, "sku": "OPX-0001", "competitor_id": "northlight-example", "url": url}

    answered = api.post("/pricing/offers", {"offers": [offer]})

    assert (answered["accepted"], answered["rejected"]) == (0, 1)
    assert answered["results"][0]["detail"]


def test_a_policy_whose_bounds_contradict_is_refused_by_name(api: Api) -> None:
    policy = {
        "name": "Impossible",
        "shop": SHOP,
        "currency": "USD",
        "rules": [
            {"name": "all", "follow": [{"reference": "lowest"}], "bounds": {"min_price": "130", "max_price": "129"}}
        ],
    }

    problem = refused(api.put, "/pricing/policies/impossible", policy)

    assert problem["type"] == "/problems/pricing/policy-faults"
    assert "CONTRADICTORY_BOUNDS: no price lies between min_price 130.00 and max_price 129.00" in str(problem["errors"])


def test_a_page_without_a_price_is_a_recorded_failure_and_the_last_value_is_kept(stack: Stack, api: Api) -> None:
    before = offers_of(api)
    control(stack.config, {"host": SHOP_HOST, "how": "no_price"})
    try:
        job = scan(api)
    finally:
        control(stack.config, {"host": SHOP_HOST})
    after = offers_of(api)

    assert (job["done"], job["failed"]) == (0, len(before))
    for offer_id, offer in after.items():
        assert offer["last_failure"]["outcome"] == "no_price"
        assert offer["latest"]["item_price"] == before[offer_id]["latest"]["item_price"]
        assert offer["latest"]["captured_at"] == before[offer_id]["latest"]["captured_at"]


def test_the_author_of_a_policy_approves_none_of_its_prices(api: Api) -> None:
    runs = api.get("/pricing/runs", limit=1)["data"]
    changes = api.get("/pricing/price-changes", run_id=runs[0]["run_id"], state="PROPOSED", limit=1)["data"]

    answered = api.post("/pricing/price-changes/approvals", {"change_ids": [changes[0]["change_id"]]})

    assert answered["done"] == 0
    assert "a colleague must approve" in answered["results"][0]["detail"]


def test_another_organisation_sees_nothing_of_ours(api: Api, stranger: Api) -> None:
    ours = next(iter(offers_of(api).values()))
    lists = ("/products/shops", "/pricing/competitors", "/pricing/offers", "/pricing/observations", "/pricing/policies")

    assert [stranger.get(path)["data"] for path in lists] == [[]] * len(lists)
    for path in (
        f"/products/items/{ours['product_id']}",
        f"/pricing/observations/{ours['latest']['observation_id']}",
        f"/products/shops/{SHOP}",
    ):
        assert refused(stranger.get, path)["status"] == 404


def test_without_a_token_the_gateway_answers_nothing(stack: Stack) -> None:
    answered = httpx2.get(f"{stack.outputs.api_url}/pricing/offers", timeout=30, trust_env=False)

    assert answered.status_code == 401


def offers_of(api: Api) -> dict[str, Json]:
    """The offers of one competitor, by id."""
    every = api.walk("/pricing/offers", limit=500)
    return {offer["offer_id"]: offer for offer in every if offer["competitor_id"] == "northlight-example"}


def scan(api: Api) -> Json:
    """Scan one competitor now and wait for the end."""
    job = api.post("/scheduler/jobs", {"kind": "scan", "competitor_ids": ["northlight-example"]})
    return api.until(f"/scheduler/jobs/{job['job_id']}", lambda one: bool(one["state"] == "COMPLETED"), JOB_SECONDS)
