"""Journey J6 on a deployed stack: a promotion that is legal, runs on time, and whose prices return."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.client import Json, Refused
from tests.fakes.deployed_team import Team, signed_in, until
from tests.fakes.told_prices import tell_prices

pytestmark = pytest.mark.timeout(900)
SHOP = "promo-de"
DAY = timedelta(days=1)
# A promotion is held for a minute before it begins, and looked after each minute.
MINUTES = 420
PAST = {"PR-80": [("80.00", -40), ("100.00", -20)], "PR-100": [("100.00", -40)], "PR-MAP": [("209.00", -40)]}


def catalogue(rows: dict[str, str]) -> str:
    lines = [f"{sku},{sku},{price},{'199.00' if sku == 'PR-MAP' else ''},10.00" for sku, price in rows.items()]
    return "\n".join(["sku,name,price,map_price,cost", *lines]) + "\n"


@pytest.fixture(scope="module")
def team(stack: Stack) -> Iterator[Team]:
    """A German shop with three products of a known past: one was cheaper, one has a MAP."""
    made = signed_in(stack, ensure_administrator(stack, "promotions.example"))
    shop = {"shop_id": SHOP, "name": SHOP, "currency": "EUR", "country": "DE", "timezone": "Europe/Berlin"}
    made.author.post_unless_there("/products/shops", shop)
    for place in range(2):
        # An import for each price that there was; a product that has had one only keeps it.
        rows = {sku: told[min(place, len(told) - 1)][0] for sku, told in PAST.items()}
        assert made.author.upload(f"/products/shops/{SHOP}/imports", catalogue(rows))["rejected"] == 0
    items = {one["sku"]: one for one in made.author.walk("/products/items", shop_id=SHOP, limit=100)}
    until(lambda: prices(made, "PR-80")["price"] == "100.00")
    for sku, told in PAST.items():
        product = {
            "product_id": items[sku]["product_id"],
            "shop_id": SHOP,
            "sku": sku,
            "name": sku,
            "currency": "EUR",
            "cost": "10.00",
            "map_price": "199.00" if sku == "PR-MAP" else None,
            "tax_basis": "including",
            "country": "DE",
            "time_zone": "Europe/Berlin",
        }
        tell_prices(stack, made.organisation_id, product, told)
    until(lambda: {sku: prices(made, sku)["prior_price"] for sku in PAST}["PR-MAP"] == "209.00")
    until(lambda: prices(made, "PR-80")["prior_price"] == "80.00")
    made.colleague.patch(f"/pricing/shops/{SHOP}/publication", {"mode": "live", "canary_percent": 0})
    yield made
    made.author.close()
    made.colleague.close()


def prices(team: Team, sku: str, days: float = 0) -> Json:
    """The prior price of a product so many days from now."""
    at = (datetime.now(UTC) + days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        found: Json = team.author.get("/pricing/prior-price", shop_id=SHOP, sku=sku, at=at)["data"][0]
    except Refused:
        return {"price": None, "prior_price": None}
    return found


def asked(*items: Json, days: float = 14, name: str = "Winter sale") -> Json:
    ends = (datetime.now(UTC) + days * DAY).isoformat()
    return {"shop_id": SHOP, "name": name, "ends_at": ends, "items": list(items)}


def item(sku: str, price: str, was: str | None = None) -> Json:
    return {"sku": sku, "price": price} | ({} if was is None else {"claim": {"kind": "was", "value": was}})


def shown(team: Team) -> dict[str, str]:
    rows = team.author.walk("/products/items", shop_id=SHOP, limit=100)
    return {one["sku"]: one["price"]["amount"] for one in rows}


@dataclass
class Sale:
    """What was read of a promotion on its way, so that each test may look at any of it."""

    prior: list[str]
    checked: Json
    begun: Json
    tenth: dict[str, Json]
    held: set[str]
    evidence: dict[str, Json]


@pytest.fixture(scope="module")
def sale(team: Team) -> Sale:
    """90.00 for both headphones, of which only one may say «was 100»; approved by a colleague, and begun."""
    prior = [prices(team, sku)["prior_price"] for sku in ("PR-80", "PR-100")]
    both = asked(item("PR-80", "90.00", "100.00"), item("PR-100", "90.00", "100.00"))
    checked = team.author.post("/pricing/promotion-checks", both)
    with pytest.raises(Refused, match="promotion-faults"):
        team.author.post("/pricing/promotions", both)
    body = asked(item("PR-80", "90.00"), item("PR-100", "90.00", "100.00"))
    proposed = team.author.post("/pricing/promotions", body)
    path = f"/pricing/promotions/{proposed['promotion_id']}"
    with pytest.raises(Refused, match="own-promotion"):
        team.author.post(f"{path}/approvals", {"revision": proposed["revision"]})
    team.colleague.post(f"{path}/approvals", {"revision": proposed["revision"]})
    team.author.until(path, lambda one: bool(one["state"] == "RUNNING"), MINUTES)
    until(lambda: shown(team)["PR-80"] == shown(team)["PR-100"] == "90.00", MINUTES)
    holds = team.author.walk("/pricing/holds", limit=100)
    return Sale(
        prior=prior,
        checked=checked,
        begun=team.author.get(path),
        tenth={sku: prices(team, sku, 10) for sku in ("PR-80", "PR-100")},
        held={one["sku"] for one in holds if one["promotion_id"] == proposed["promotion_id"]},
        evidence={one["sku"]: one for one in team.author.get(f"{path}/evidence")["data"]},
    )


@pytest.fixture(scope="module")
def ended(team: Team, sale: Sale) -> Json:
    """The promotion ended early, by a manager."""
    path = f"/pricing/promotions/{sale.begun['promotion_id']}"
    team.colleague.post(f"{path}/ends", {"reason": "sold out"})
    return team.author.until(path, lambda one: bool(one["state"] == "ENDED"), MINUTES)


def test_the_prior_price_is_the_lowest_of_thirty_days(sale: Sale) -> None:
    assert sale.prior == ["80.00", "100.00"]


def test_the_claim_is_blocked_and_not_the_price(sale: Sale) -> None:
    items = sale.checked["items"]
    told = {one["sku"]: (one["prior_price"], one["price_allowed"], one["claim_verdict"]) for one in items}
    assert told == {"PR-80": ("80.00", True, "blocked"), "PR-100": ("100.00", True, "allowed")}


def test_a_price_below_the_map_is_blocked_with_its_rule(team: Team) -> None:
    checked = team.author.post("/pricing/promotion-checks", asked(item("PR-MAP", "189.00")))

    (found,) = [one for one in checked["findings"] if one["severity"] == "error"]
    assert (found["code"], found["about"]) == ("BELOW_MAP", "price")
    assert "minimum advertised price" in found["rule"]


def test_on_the_tenth_day_of_it_the_prior_price_is_still_that_of_before(sale: Sale) -> None:
    tenth = sale.tenth["PR-80"]

    assert (tenth["prior_price"], tenth["promotion_id"]) == ("80.00", sale.begun["promotion_id"])
    assert sale.tenth["PR-100"]["prior_price"] == "100.00"


def test_automation_is_out_while_it_runs(sale: Sale) -> None:
    assert sale.held == {"PR-80", "PR-100"}


def test_the_evidence_names_what_was_shown_and_the_rule(sale: Sale) -> None:
    rows = sale.evidence
    assert [one["amount"] for one in rows["PR-80"]["prices"]][:2] == ["80.00", "100.00"]
    assert {one["verdict"] for one in rows.values()} == {"no claim", "allowed"}
    assert (rows["PR-100"]["rule"]["article"], rows["PR-100"]["final"]) == ("§ 11", True)


def test_another_organisation_sees_nothing_of_it(stack: Stack, sale: Sale) -> None:
    rival = signed_in(stack, ensure_administrator(stack, "rival-promotions.example"))
    try:
        assert rival.author.get("/pricing/promotions")["data"] == []
        for path in ("", "/evidence"):
            with pytest.raises(Refused) as refused:
                rival.author.get(f"/pricing/promotions/{sale.begun['promotion_id']}{path}")
            assert refused.value.status == 404
    finally:
        rival.author.close()
        rival.colleague.close()


def test_at_its_end_the_prices_return_and_automation_has_the_products_again(team: Team, ended: Json) -> None:
    assert {one["sku"]: one["state"] for one in ended["items"]} == {"PR-80": "RETURNED", "PR-100": "RETURNED"}
    assert {sku: price for sku, price in shown(team).items() if sku != "PR-MAP"} == {
        "PR-80": "100.00",
        "PR-100": "100.00",
    }
    assert [one for one in team.author.walk("/pricing/holds", limit=100) if one["promotion_id"]] == []
