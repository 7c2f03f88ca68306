"""An author and a colleague at work on a deployed stack, through its HTTP API."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from local.administrator import Administrator
from local.cloud.stack import Stack
from local.job.client import Api, Json
from local.job.material import Material, sample_material
from tests.builders.demo_shop import c1

SECONDS, RUN_SECONDS = 180, 240
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "EXPIRED"}


def until(true: Callable[[], bool], seconds: float = SECONDS, pause: float = 0.5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(pause)


@dataclass
class Team:
    """An author and a colleague of one organisation."""

    stack: Stack
    author: Api
    colleague: Api
    organisation_id: str
    offers: dict[tuple[str, str], Json] = field(default_factory=dict)

    def run(self, policy_id: str) -> tuple[Json, dict[str, Json]]:
        """Apply a policy to its shop; returns the run and its decisions by SKU."""
        started = self.author.post("/pricing/runs", {"policy_id": policy_id})
        path = f"/pricing/runs/{started['run_id']}"
        done = self.author.until(path, lambda one: bool(one["state"] == "FINISHED"), RUN_SECONDS)
        walked = self.author.walk("/pricing/decisions", run_id=started["run_id"], limit=500)
        return done, {one["sku"]: one for one in walked}

    def scan(self) -> None:
        """Have C1's pages read, and wait until what was seen is recorded."""
        job = self.author.post("/scheduler/jobs", {"kind": "scan", "competitor_ids": ["c1"]})
        done = self.author.until(f"/scheduler/jobs/{job['job_id']}", lambda one: one["state"] in ENDED, SECONDS)
        assert (done["state"], done["failed"]) == ("COMPLETED", 0), done
        scanned = {one["offer_id"] for (_, rival), one in self.offers.items() if rival == "c1"}
        until(lambda: scanned <= {one["offer_id"] for one in self.listed() if one["latest"]["job_id"] == job["job_id"]})

    def listed(self) -> list[Json]:
        """The watched offers that were read."""
        return [one for one in self.author.walk("/pricing/offers", limit=500) if one["latest"] is not None]

    def watch(self, shop_id: str, wanted: list[tuple[str, str, str]]) -> None:
        """Watch a product of a shop on a competitor's page, as soon as pricing has heard of the product."""
        drafts = [{"shop_id": shop_id, "sku": sku, "competitor_id": one, "url": url} for sku, one, url in wanted]
        until(lambda: self.author.post("/pricing/offers", {"offers": drafts})["rejected"] == 0)
        by_url = {url: (sku, one) for sku, one, url in wanted}
        for offer in self.author.walk("/pricing/offers", limit=500):
            if offer["url"] in by_url:
                self.offers[by_url[offer["url"]]] = offer

    def amounts(self, decisions: dict[str, Json]) -> dict[str, tuple[str | None, str, bool]]:
        """What was decided, in short."""
        return {
            sku: (None if one["price"] is None else one["price"]["amount"], one["reason"], one["goal_reached"])
            for sku, one in decisions.items()
        }


def market_of(prices: dict[str, str]) -> Material:
    return replace(sample_material(), market=c1(prices))


def signed_in(stack: Stack, administrator: Administrator) -> Team:
    url = stack.outputs.api_url
    author = Api(url).sign_in(administrator.email, administrator.password)
    person = {"email": administrator.colleague, "name": "Pricing manager", "password": administrator.password}
    author.post_unless_there("/auth/users", person | {"roles": ["pricing_manager"]})
    colleague = Api(url).sign_in(administrator.colleague, administrator.password)
    return Team(stack, author, colleague, author.get("/auth/me")["organisation_id"])


def opened(team: Team, shop_id: str, rows: str) -> None:
    shop = {"shop_id": shop_id, "name": shop_id, "currency": "EUR", "country": "DE", "tax_basis": "excluding"}
    team.author.post_unless_there("/products/shops", shop | {"own_seller_ids": ["OWN2"]})
    report = team.author.upload(f"/products/shops/{shop_id}/imports", rows)
    assert report["rejected"] == 0, report
