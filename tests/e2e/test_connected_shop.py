"""A connected WooCommerce shop on a deployed stack: connected, checked, published to, and taken back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.client import Json
from local.job.market import control, open_market
from local.job.material import sample_material
from local.market.woocommerce import KEY, SECRET
from tests.fakes.deployed_team import RUN_SECONDS, Team, opened, signed_in, until

pytestmark = pytest.mark.timeout(600)
SHOP, HOST, PRODUCTS = "woo-eu", "woo.shop.example", 30
TARGET = {"kind": "WOOCOMMERCE", "url": f"https://{HOST}", "consumer_key": KEY, "consumer_secret": SECRET}
BY_HAND, UNKNOWN = "W-00", "W-01"
SETTINGS = f"/pricing/shops/{SHOP}/publication"
POLICY: dict[str, Any] = {
    "name": "Forty percent margin",
    "shop": SHOP,
    "currency": "EUR",
    "defaults": {
        "routing": {"auto_within_percent": "80", "manager_above_percent": "85", "quarantine_above_percent": "90"}
    },
    "rules": [
        {
            "name": "all",
            "follow": [{"reference": "cost_plus", "margin_percent": "40"}],
            "bounds": {"min_margin_percent": "10"},
        }
    ],
}
COSTS = {f"W-{number:02}": Decimal(60 + number) / 10 for number in range(PRODUCTS)}
OLD = dict.fromkeys(COSTS, "9.99")
NEW = {sku: str((cost / Decimal("0.6")).quantize(Decimal("0.01"), "ROUND_FLOOR")) for sku, cost in COSTS.items()}


@dataclass
class Connected:
    """A shop of ours whose prices go out to a WooCommerce of the market."""

    team: Team
    checked: Json = field(default_factory=dict)
    batch: Json = field(default_factory=dict)
    published: tuple[dict[str, Decimal], dict[str, Decimal]] = ({}, {})

    def theirs(self) -> dict[str, Decimal]:
        """What the connected shop shows."""
        state: dict[str, Any] = control(self.team.stack.config, {})
        return {sku: Decimal(price) for sku, price in state["woocommerce"][HOST].items()}

    def ours(self) -> dict[str, Decimal]:
        """What our catalogue says of it."""
        items = self.team.author.walk("/products/items", shop_id=SHOP, limit=500)
        return {one["sku"]: Decimal(one["price"]["amount"]) for one in items}

    def ended(self, batch_id: str) -> Json:
        path = f"/pricing/batches/{batch_id}"
        return self.team.author.until(path, lambda one: one["finished_at"] is not None, RUN_SECONDS)

    def failed(self, batch: Json) -> dict[str, Json]:
        lines = self.team.author.walk("/pricing/price-changes", batch_id=batch["batch_id"], state="FAILED", limit=500)
        return {one["sku"]: one for one in lines}

    def undo(self, key: str) -> Json:
        path = f"/pricing/batches/{self.batch['batch_id']}/undos"
        asked = self.team.colleague.post(path, {"reason": "the season is over"}, key=key)
        return self.ended(asked["batch_id"])


@pytest.fixture(scope="module")
def connected(stack: Stack) -> Iterator[Connected]:
    open_market(stack, sample_material())
    control(stack.config, {"woocommerce": HOST, "prices": {sku: OLD[sku] for sku in OLD if sku != UNKNOWN}})
    team = signed_in(stack, ensure_administrator(stack, "connected.example"))
    rows = [f"{sku},{sku},{OLD[sku]},{cost}" for sku, cost in COSTS.items()]
    opened(team, SHOP, "\n".join(["sku,name,price,cost", *rows, ""]))
    live = {"mode": "live", "canary_percent": 10, "max_failed_percent": 100, "target": TARGET}
    shown = team.colleague.patch(SETTINGS, live)
    assert shown["target"] == {"kind": "WOOCOMMERCE", "url": f"https://{HOST}"}
    made = Connected(team)

    def check() -> bool:
        made.checked = team.colleague.post(f"/pricing/shops/{SHOP}/connector-check", None)
        return len(made.checked["products"]) == PRODUCTS

    until(check, pause=2)
    control(stack.config, {"woocommerce": HOST, "prices": {BY_HAND: "8.88"}})
    saved = team.author.put("/pricing/policies/margin", POLICY)
    team.colleague.post("/pricing/policies/margin/approvals", {"version": saved["version"]})
    run, _ = team.run("margin")
    until(lambda: team.author.get("/pricing/batches")["data"] != [])
    (batch,) = team.author.get("/pricing/batches")["data"]
    assert batch["run_id"] == run["run_id"]
    made.batch = made.ended(batch["batch_id"])
    # Before any test takes it back.
    made.published = (made.theirs(), made.ours())
    yield made
    team.author.close()
    team.colleague.close()


def test_a_check_finds_what_the_shop_has_and_what_it_lacks(connected: Connected) -> None:
    states = {one["sku"]: one["state"] for one in connected.checked["products"]}

    assert (connected.checked["problem"], connected.checked["currency"]) == (None, "EUR")
    assert states == dict.fromkeys(COSTS, "same") | {UNKNOWN: "unknown"}


def test_prices_are_shown_by_the_connected_shop_and_our_catalogue_follows(connected: Connected) -> None:
    failed = connected.failed(connected.batch)

    applied = {sku: Decimal(price) for sku, price in NEW.items() if sku not in {BY_HAND, UNKNOWN}}
    assert connected.batch["states"] == {"APPLIED": PRODUCTS - 2, "FAILED": 2}
    assert {sku: one["failure"] for sku, one in failed.items()} == {BY_HAND: "conflict", UNKNOWN: "refused"}
    theirs, ours = connected.published
    assert theirs == applied | {BY_HAND: Decimal("8.88")}
    assert ours == applied | {BY_HAND: Decimal("9.99"), UNKNOWN: Decimal("9.99")}


def test_a_wrong_key_stops_an_undo_and_the_right_one_carries_it_out(connected: Connected) -> None:
    colleague = connected.team.colleague
    colleague.patch(SETTINGS, {"target": TARGET | {"consumer_secret": "cs_of_somebody_else"}})
    before = connected.theirs()
    stopped = connected.undo("undo-locked-out")

    assert (stopped["state"], "refuses the key" in stopped["detail"], connected.theirs()) == ("STOPPED", True, before)

    colleague.patch(SETTINGS, {"target": TARGET})
    undone = connected.undo("undo-let-in")

    assert undone["states"] == {"APPLIED": PRODUCTS - 2}
    assert set(connected.theirs().values()) == {Decimal("9.99"), Decimal("8.88")}
    assert set(connected.ours().values()) == {Decimal("9.99")}
