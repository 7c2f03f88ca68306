"""Journeys J5 and the undo of J8 on a deployed stack, through its HTTP API, with drawn numbers."""

import csv
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from local.administrator import ensure_administrator
from local.cloud.stack import Stack
from local.job.client import Json, Refused
from tests.fakes.deployed_team import RUN_SECONDS, Team, opened, signed_in, until

pytestmark = pytest.mark.timeout(900)
SHOP, PRODUCTS, BY_HAND = "queue-eu", 500, 3
# Previews are costly, and limited.
SELDOM = 20
WORDS = "Compared with last week's plan and agreed with the category team this morning."
HEADER = ("sku", "name", "brand", "category", "price", "cost", "sold_28d")
BANDS = {"auto_within_percent": "5", "manager_above_percent": "15", "quarantine_above_percent": "90"}


@dataclass(frozen=True)
class Drawn:
    """A product of the shop with drawn numbers."""

    sku: str
    brand: str
    price: Decimal
    cost: Decimal
    sold: int

    @property
    def row(self) -> tuple[str, ...]:
        return self.sku, self.sku, self.brand, "Drawn", f"{self.price}", f"{self.cost}", f"{self.sold}"


def drawn_products(seed: int) -> list[Drawn]:
    """Products whose prices are up to a quarter away from what the policy makes of their costs."""
    drawn = random.Random(seed)
    made = []
    for number in range(PRODUCTS):
        cost = Decimal(drawn.randrange(500, 40_000)) / 100
        price = (cost / Decimal("0.6") * drawn.randint(800, 1_250) / 1_000).quantize(Decimal("0.01"))
        made.append(Drawn(f"P-{number:03}", drawn.choice("ABC") * 3, price, cost, drawn.randint(0, 60)))
    return made


def as_file(products: Iterable[Drawn]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(one.row for one in products)
    return out.getvalue()


POLICY: dict[str, Any] = {
    "name": "Forty percent margin",
    "shop": SHOP,
    "currency": "EUR",
    "defaults": {"routing": BANDS},
    "rules": [
        {
            "name": "all",
            "follow": [{"reference": "cost_plus", "margin_percent": "40"}],
            "bounds": {"min_margin_percent": "10"},
        }
    ],
}


@dataclass
class Morning:
    """A shop in which a policy just ran, and what its people then did."""

    team: Team
    products: dict[str, Drawn]
    run: Json = field(default_factory=dict)
    alone: Json = field(default_factory=dict)
    went_alone: list[Json] = field(default_factory=list)
    queue: list[Json] = field(default_factory=list)
    of_brand: list[Json] = field(default_factory=list)
    small: list[Json] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    denied: str = ""
    by_hand: dict[str, Decimal] = field(default_factory=dict)
    batch: Json = field(default_factory=dict)
    written: dict[str, Json] = field(default_factory=dict)
    then_shown: dict[str, Decimal] = field(default_factory=dict)

    def lines(self, **wanted: str) -> list[Json]:
        return list(self.team.author.walk("/pricing/price-changes", limit=500, **wanted))

    def shown(self) -> dict[str, Decimal]:
        """What the shop shows, by SKU."""
        items = self.team.author.walk("/products/items", shop_id=SHOP, limit=500)
        return {one["sku"]: Decimal(one["price"]["amount"]) for one in items}

    def ended(self, batch_id: str) -> Json:
        path = f"/pricing/batches/{batch_id}"
        return self.team.author.until(path, lambda one: one["finished_at"] is not None, RUN_SECONDS)

    def edit_by_hand(self, skus: Iterable[str]) -> dict[str, Decimal]:
        """Somebody changes prices in the shop itself."""
        shown = self.shown()
        edits = {sku: shown[sku] + Decimal("1.11") for sku in skus}
        edited = [replace(self.products[sku], price=price) for sku, price in edits.items()]
        report = self.team.author.upload(f"/products/shops/{SHOP}/imports", as_file(edited))
        assert report["rejected"] == 0, report
        return edits

    def told(self, costs: dict[str, Decimal]) -> None:
        """A file with other costs comes, beside the prices that the shop shows; pricing hears of it."""
        shown = self.shown()
        rows = [replace(one, price=shown[sku], cost=costs[sku]) for sku, one in self.products.items()]
        report = self.team.author.upload(f"/products/shops/{SHOP}/imports", as_file(rows))
        assert report["rejected"] == 0, report

        until(lambda: self.previewed() == {sku: priced(cost) for sku, cost in costs.items()}, pause=SELDOM)

    def previewed(self) -> dict[str, Decimal]:
        """What the policy would decide of every product that pricing knows."""
        found: dict[str, Decimal] = {}
        after: str | None = ""
        while after is not None:
            page = self.team.author.post(f"/pricing/policy-previews?limit=200&after={after}", POLICY)
            found |= {one["sku"]: Decimal(one["price"]) for one in page["rows"]}
            after = page["next_after"]
        return found


def priced(cost: Decimal) -> Decimal:
    """What the policy makes of a cost."""
    return (cost / Decimal("0.6")).quantize(Decimal("0.01"), "ROUND_FLOOR")


@pytest.fixture(scope="module")
def morning(stack: Stack) -> Iterator[Morning]:
    team = signed_in(stack, ensure_administrator(stack, "publication.example"))
    products = drawn_products(20_261_123)
    opened(team, SHOP, as_file(products))
    saved = team.author.put("/pricing/policies/margin", POLICY)
    team.colleague.post("/pricing/policies/margin/approvals", {"version": saved["version"]})
    with pytest.raises(Refused, match="shop-in-test-mode"):
        team.colleague.post("/pricing/batches", {"shop_id": SHOP}, key="too-early")
    live = {"mode": "live", "canary_percent": 10, "max_failed_percent": 5}
    assert team.colleague.patch(f"/pricing/shops/{SHOP}/publication", live)["mode"] == "live"
    made = Morning(team, {one.sku: one for one in products})
    until(lambda: len(made.previewed()) == PRODUCTS, pause=SELDOM)
    made.run, _ = team.run("margin")
    until(lambda: team.author.get("/pricing/batches")["data"] != [])
    (batch,) = team.author.get("/pricing/batches")["data"]
    made.alone = made.ended(batch["batch_id"])
    made.went_alone = made.lines(batch_id=batch["batch_id"])
    made.queue = made.lines(state="PROPOSED", order="risk")
    made.of_brand = made.lines(state="PROPOSED", order="risk", brand="AAA")
    made.small = made.lines(state="PROPOSED", size_from="5", size_to="10")
    yield made
    team.author.close()
    team.colleague.close()


@pytest.fixture(scope="module")
def worked(morning: Morning) -> Morning:
    """The queue is worked off and published."""
    author, colleague = morning.team.author, morning.team.colleague
    path = "/pricing/price-changes/approvals"
    first = morning.lines(state="PROPOSED", order="risk")[0]
    with pytest.raises(Refused, match="reason"):
        colleague.post("/pricing/price-changes/denials", {"change_ids": [first["change_id"]], "reason": ""})
    denial = {"change_ids": [first["change_id"]], "reason": "the season ends next week"}
    assert colleague.post("/pricing/price-changes/denials", denial)["done"] == 1
    morning.denied = first["sku"]
    own = author.post(path, {"meant": {"route": "review"}})
    morning.refused["author"] = own["results"][0]["detail"]
    assert own["done"] == 0
    assert colleague.post(path, {"meant": {"route": "review", "shop_id": SHOP}})["refused"] == 0
    brief = colleague.post(path, {"meant": {"route": "manager"}, "justification": "fine"})
    morning.refused["brief"] = brief["results"][0]["detail"]
    assert brief["done"] == 0
    assert colleague.post(path, {"meant": {"route": "manager"}, "justification": WORDS})["refused"] == 0
    waiting = [one["sku"] for one in morning.lines(state="APPROVED", order="risk")]
    morning.by_hand = morning.edit_by_hand(waiting[:BY_HAND])
    batches = [colleague.post("/pricing/batches", {"shop_id": SHOP}, key="publish-queue") for _ in range(2)]
    assert batches[0]["batch_id"] == batches[1]["batch_id"]
    morning.batch = morning.ended(batches[0]["batch_id"])
    morning.written = {one["sku"]: one for one in morning.lines(batch_id=morning.batch["batch_id"])}
    morning.then_shown = morning.shown()
    return morning


def test_j5_what_is_inside_the_band_goes_without_a_person(morning: Morning) -> None:
    done, lines = morning.alone, morning.went_alone

    assert (done["requested_by"], done["run_id"]) == ("policy", morning.run["run_id"])
    assert done["states"] == {"APPLIED": len(lines)}
    assert {one["route"] for one in lines} == {"auto"}
    assert all(Decimal(one["size_percent"]) <= 5 for one in lines)
    assert 50 < len(lines) < PRODUCTS


def test_j5_the_queue_is_ordered_by_risk_and_then_by_money(morning: Morning) -> None:
    queue = morning.queue

    told = [(one["route"] == "manager", Decimal(one["stake"]["amount"])) for one in queue]
    assert told == sorted(told, reverse=True)
    assert {one["route"] for one in queue} == {"manager", "review"}
    for one in queue[:20]:
        product = morning.products[one["sku"]]
        size = abs(Decimal(one["after"]["amount"]) - product.price)
        assert Decimal(one["stake"]["amount"]) == (size * product.sold / 4).quantize(Decimal("0.01"), "ROUND_HALF_EVEN")
    brand = [one["sku"] for one in queue if one["brand"] == "AAA"]
    assert [one["sku"] for one in morning.of_brand] == brand
    assert {one["sku"] for one in morning.small} == {one["sku"] for one in queue if Decimal(one["size_percent"]) <= 10}


def test_j5_every_line_ends_and_a_price_changed_by_hand_is_a_conflict(worked: Morning) -> None:
    lines, shown = worked.written, worked.then_shown

    states = {sku: one["state"] for sku, one in lines.items()}
    assert "colleague must approve" in worked.refused["author"]
    assert "at least 50 characters" in worked.refused["brief"]
    assert worked.batch["states"] == {"APPLIED": len(lines) - BY_HAND, "FAILED": BY_HAND}
    assert {sku for sku, state in states.items() if state == "FAILED"} == set(worked.by_hand)
    assert {lines[sku]["failure"] for sku in worked.by_hand} == {"conflict"}
    assert {sku: shown[sku] for sku in worked.by_hand} == worked.by_hand
    assert shown[worked.denied] == worked.products[worked.denied].price
    others = shown.keys() - worked.by_hand.keys() - {worked.denied}
    assert {sku: shown[sku] for sku in others} == {sku: priced(worked.products[sku].cost) for sku in others}


def test_j8_a_wrong_file_is_stopped_taken_back_corrected_and_decided_again(worked: Morning) -> None:
    author, colleague = worked.team.author, worked.team.colleague
    before = worked.shown()
    wrong = {sku: (one.cost * Decimal("1.1")).quantize(Decimal("0.01")) for sku, one in worked.products.items()}
    worked.told(wrong)
    run, _ = worked.team.run("margin")
    for route in ("review", "manager"):
        body = {"meant": {"route": route, "run_id": run["run_id"]}, "justification": WORDS}
        assert colleague.post("/pricing/price-changes/approvals", body)["refused"] == 0
    batch = colleague.post("/pricing/batches", {"run_id": run["run_id"]}, key="publish-wrong")
    assert worked.ended(batch["batch_id"])["states"] == {"APPLIED": PRODUCTS}

    edits = worked.edit_by_hand(sorted(worked.products)[:BY_HAND])
    stop = author.post("/pricing/emergency-stops", {"reason": "a wrong cost file was published"})
    undos = f"/pricing/batches/{batch['batch_id']}/undos"
    with pytest.raises(Refused, match="writes-stopped"):
        colleague.post(undos, {"reason": "a wrong cost file"}, key="undo-blind")
    asked = {"reason": "a wrong cost file", "despite_stop": stop["stop_id"]}
    undo = worked.ended(colleague.post(undos, asked, key="undo-wrong")["batch_id"])
    restored = worked.shown()
    conflicts = worked.lines(batch_id=undo["batch_id"], state="FAILED")
    lift = colleague.post(f"/pricing/emergency-stops/{stop['stop_id']}/lifts", {"reason": "the file is corrected"})
    worked.told({sku: one.cost for sku, one in worked.products.items()})
    again, decisions = worked.team.run("margin")

    assert undo["states"] == {"APPLIED": PRODUCTS - BY_HAND, "FAILED": BY_HAND}
    assert {one["sku"] for one in conflicts} == set(edits)
    assert restored == before | edits
    assert (lift["set_by"], lift["lifted_by"]) == (author.get("/auth/me")["user_id"], undo["requested_by"])
    assert {one["state"] for one in worked.lines(batch_id=batch["batch_id"])} == {"REVERTED", "APPLIED"}
    assert {sku: Decimal(one["price"]["amount"]) for sku, one in decisions.items()} == {
        sku: priced(one.cost) for sku, one in worked.products.items()
    }
    assert again["state"] == "FINISHED"
