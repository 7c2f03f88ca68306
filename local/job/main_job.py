"""The main job, as a pricing team does it: through the deployed HTTP API and nothing else."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched

from local.administrator import Administrator
from local.cloud.progress import Steps
from local.job.account import Account, by_misread_point
from local.job.client import Api, Json, NotDone
from local.job.material import PAGES_SHOP, SHOP, Material

QUESTION = "which products lost first place, and what would the policy do?"
POLICY = "just-under-the-lowest"
JUSTIFICATION = "Reviewed with the category team: follows the market and keeps the minimum margin."
LINES_IN_A_REQUEST = 500
SHOWN_REJECTIONS = 3
FACTS_SECONDS = 60
SCAN_SECONDS = 180
RUN_SECONDS = 120
ANSWER_SECONDS = 60


class MainJob:
    """Ten steps from a signed-in administrator to an answered question."""

    def __init__(self, api: Api, colleague: Api, material: Material, steps: Steps) -> None:
        self._api = api
        self._colleague = colleague
        self._material = material
        self._steps = steps
        self.account = Account(title=material.title, assumptions=material.assumptions)

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        with self._steps.step(title):
            yield
        self.account.seconds[title] = round(time.monotonic() - started, 1)

    def sign_in(self, administrator: Administrator) -> None:
        """Sign in as the administrator, and have a colleague who approves."""
        with self._step("Sign in"):
            self._api.sign_in(administrator.email, administrator.password)
            person = {
                "email": administrator.colleague,
                "name": "Pricing manager",
                "password": administrator.password,
                "roles": ["pricing_manager"],
            }
            self._api.post_unless_there("/auth/users", person)
            self._colleague.sign_in(administrator.colleague, administrator.password)

    def import_catalogue(self) -> None:
        """Open the shop, map its columns once, and import the file."""
        with self._step("Import the catalogue"):
            self._open_shop(SHOP, "Main shop", self._material.columns)
            report = self._api.upload(f"/products/shops/{SHOP}/imports", self._material.catalogue_csv)
            if self._material.pages_csv:
                self._open_shop(PAGES_SHOP, "Recorded pages", {})
                self._api.upload(f"/products/shops/{PAGES_SHOP}/imports", self._material.pages_csv)
        account = self.account
        account.rows, account.accepted, account.rejected = report["rows"], report["accepted"], report["rejected"]
        reasons = Counter(f"{fault['column']} «{fault['value']}»: {fault['detail']}" for fault in report["faults"])
        account.rejections = [f"{count} × {reason}" for reason, count in reasons.most_common(SHOWN_REJECTIONS)]

    def _open_shop(self, shop_id: str, name: str, columns: dict[str, str]) -> None:
        shop = {"shop_id": shop_id, "name": name, "currency": "USD", "country": "US"}
        self._api.post_unless_there("/products/shops", shop)
        self._api.put(f"/products/shops/{shop_id}/import-mapping", {"columns": columns})

    def register_offers(self) -> None:
        """Register every competitor, and the offers on their pages."""
        with self._step("Register competitors and offers"):
            known = {one["domain"] for one in self._api.walk("/pricing/competitors", limit=500)}
            for domain in sorted({_domain(offer.host) for offer in self._material.offers} - known):
                competitor = {"competitor_id": _slug(domain), "name": domain, "domain": domain}
                self._api.post("/pricing/competitors", competitor)
            drafts: list[Json] = [
                {
                    "shop_id": offer.shop_id,
                    "sku": offer.sku,
                    "competitor_id": _slug(_domain(offer.host)),
                    "url": offer.url,
                }
                for offer in self._material.offers
            ]
            self.account.offers = sum(
                self._registered(list(some)) for some in batched(drafts, LINES_IN_A_REQUEST, strict=False)
            )

    def _registered(self, drafts: list[Json]) -> int:
        """Register offers; pricing hears of an import some seconds later, so what it does not know is sent again."""
        deadline = time.monotonic() + FACTS_SECONDS
        accepted = 0
        while drafts:
            answered = self._api.post("/pricing/offers", {"offers": drafts})
            accepted += answered["accepted"]
            drafts = [drafts[one["line"]] for one in answered["results"] if one["offer_id"] is None]
            if drafts and time.monotonic() > deadline:
                wrong = next(one["detail"] for one in answered["results"] if one["offer_id"] is None)
                raise NotDone(f"{len(drafts)} offers were not accepted, the first because {wrong}")
            if drafts:
                time.sleep(0.5)
        return accepted

    def scan_now(self) -> None:
        """Scan every offer now, and check what was read against the labels."""
        with self._step("Scan now"):
            job = self._api.post("/scheduler/jobs", {"kind": "scan"})
            self._scanned(job["job_id"])
        self._check_labels()

    def schedule_scan(self) -> str:
        """Schedule the second scan: once, some seconds from now, of the shops that move; returns the schedule's id."""
        moment = datetime.now(UTC) + timedelta(seconds=2)
        schedule = {
            "name": "Second look",
            "expression": f"at({moment:%Y-%m-%dT%H:%M:%S})",
            "competitor_ids": [_slug(_domain(host)) for host in self._material.moving_hosts],
        }
        return str(self._api.post("/scheduler/schedules", schedule)["schedule_id"])

    def await_scan(self, schedule_id: str) -> None:
        """Wait until the schedule has fired and its scan is done."""
        with self._step("Scan by schedule"):
            deadline = time.monotonic() + SCAN_SECONDS
            while not (started := self._started_by(schedule_id)):
                if time.monotonic() > deadline:
                    raise NotDone(f"the schedule {schedule_id} started no job in {SCAN_SECONDS} s")
                time.sleep(0.5)
            self._scanned(started)

    def _started_by(self, schedule_id: str) -> str:
        jobs = self._api.get("/scheduler/jobs", schedule_id=schedule_id, limit=1)["data"]
        return str(jobs[0]["job_id"]) if jobs else ""

    def _scanned(self, job_id: str) -> None:
        job = self._api.until(f"/scheduler/jobs/{job_id}", lambda job: bool(job["state"] == "COMPLETED"), SCAN_SECONDS)
        self.account.pages += job["total"]
        self.account.pages_read += job["done"]
        self.account.pages_failed += job["failed"]

    def _check_labels(self) -> None:
        found = (
            {offer["url"]: offer for offer in self._api.walk("/pricing/offers", limit=500)}
            if self._material.labels
            else {}
        )
        for label in self._material.labels:
            offer = next((one for url, one in found.items() if url.split("#")[0] == label.url.split("#")[0]), None)
            latest = None if offer is None else offer["latest"]
            if latest is None:
                why = offer["last_failure"]["outcome"] if offer and offer["last_failure"] else "not registered"
                self.account.prices_missing.append(f"{label.host}: {why}")
                continue
            price = Decimal(latest["item_price"])
            if price in label.prices:
                self.account.prices_right += 1
                continue
            self.account.prices_wrong.append(f"{label.host}: {price} instead of {label.prices[0]} ({latest['reader']})")
            self.account.misread_points += any(by_misread_point(price, one) for one in label.prices)

    def write_policy(self) -> None:
        """Write the policy: just under the lowest, inside minimum margin and MAP."""
        with self._step("Write the policy"):
            policy = {
                "name": "Just under the lowest",
                "shop": SHOP,
                "currency": "USD",
                "rules": [
                    {
                        "name": "under the lowest",
                        "follow": [{"reference": "lowest", "relation": "below", "by": {"percent": 1}}],
                        "bounds": {"min_margin_percent": 15, "max_up_percent": 20, "max_down_percent": 20},
                        "ending": {"endings": [".99"]},
                    }
                ],
            }
            self._api.put(f"/pricing/policies/{POLICY}", policy)

    def decide(self) -> str:
        """Run the policy on what was observed; returns the run's id."""
        done = self._run("Decide")
        self.account.decisions, self.account.proposed = done["reasons"], done["proposed"]
        return str(done["run_id"])

    def decide_again(self) -> None:
        """Run the policy on the market as it is now; its proposals wait for a person."""
        self.account.proposed_again = self._run("Decide again")["proposed"]

    def _run(self, title: str) -> Json:
        with self._step(title):
            run = self._api.post("/pricing/runs", {"policy_id": POLICY})
            path = f"/pricing/runs/{run['run_id']}"
            return self._api.until(path, lambda one: bool(one["state"] == "FINISHED"), RUN_SECONDS)

    def approve_and_publish(self, run_id: str) -> None:
        """Let the colleague approve every proposal, publish them, and look at one product."""
        with self._step("Approve"):
            changes = list(self._colleague.walk("/pricing/price-changes", run_id=run_id, state="PROPOSED", limit=500))
            for some in batched(changes, LINES_IN_A_REQUEST, strict=False):
                body = {"change_ids": [change["change_id"] for change in some], "justification": JUSTIFICATION}
                self.account.approved += self._colleague.post("/pricing/price-changes/approvals", body)["done"]
        if not self.account.approved:
            return
        with self._step("Go live, publish and read back"):
            self._colleague.patch(f"/pricing/shops/{SHOP}/publication", {"mode": "live"})
            batch = self._colleague.post("/pricing/batches", {"run_id": run_id}, key=f"publish-{run_id}")
            done = self._api.until(
                f"/pricing/batches/{batch['batch_id']}",
                lambda one: bool(one["state"] == "FINISHED"),
                RUN_SECONDS,
            )
        self.account.published = done["states"]
        self._show_one(changes[0])

    def _show_one(self, change: Json) -> None:
        item = self._api.get(f"/products/items/{change['product_id']}")
        decision = self._api.get(f"/pricing/decisions/{change['decision_id']}")
        price = item["price"]
        self.account.shown = f"«{item['name']}»: {change['before']['amount']} → {price['amount']} {price['currency']}"
        self.account.example = [f"{step['name']}: {step['before']} → {step['after']}" for step in decision["steps"]]

    def ask(self) -> None:
        """Ask the assistant, and count the records its numbers name."""
        with self._step("Ask the assistant"):
            question = self._api.post("/assistant/questions", {"text": QUESTION})
            answered = self._api.until(
                f"/assistant/questions/{question['question_id']}",
                lambda one: bool(one["state"] == "ANSWERED"),
                ANSWER_SECONDS,
            )
        self.account.question = QUESTION
        self.account.answer = answered["answer"]["text"]
        self.account.sources = len(answered["answer"]["facts"])


def _domain(host: str) -> str:
    return host.removeprefix("www.")


def _slug(domain: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", domain)[:40].strip("-")
