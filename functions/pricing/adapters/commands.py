"""Work for pricing's own workers, as messages; their ids are made of the work's, so asking twice is asking once."""

from datetime import datetime

from pricing.adapters.recipe_messages import told_recipe
from pricing.domain.market import Observation
from pricing.domain.simulation import Simulation
from pricing.usecases.ports import PagesOfLane, Run, ShopPart
from pricing.usecases.publication_ports import Batch
from pricing.usecases.roll_ups import RollUp
from shared.contracts.pricing import (
    BatchRequested,
    PagesToScan,
    PageToScan,
    PageUnread,
    RollUpRequested,
    RunPartRequested,
    RunRequested,
    SimulationRequested,
)
from shared.kernel.identifiers import derived_id

DECIDE = "decide"
PUBLISH = "publish"
PAGES = "pages"
REPORTS = "reports"
ROLL_UPS = "roll_ups"
SIMULATIONS = "simulations"
UNREAD = "unread"


def run_requested(run: Run) -> RunRequested:
    """Decide a run."""
    return RunRequested(
        id=derived_id("msg", "run", run.run_id),
        occurred_at=run.requested_at,
        correlation_id=run.run_id,
        organisation_id=run.organisation_id,
        run_id=run.run_id,
    )


def part_requested(run: Run, place: int, part: ShopPart) -> RunPartRequested:
    """Decide a part of a run."""
    return RunPartRequested(
        id=derived_id("msg", "run-part", run.run_id, str(place)),
        occurred_at=run.started_at or run.requested_at,
        correlation_id=run.run_id,
        organisation_id=run.organisation_id,
        run_id=run.run_id,
        place=place,
        after=part.after,
        until=part.until,
        partitions=part.partitions,
    )


def _occasion(batch: Batch) -> tuple[str, ...]:
    """What a batch is asked for beside its first time: its rest after the canary, or a look at what it brought."""
    if batch.review_at is not None:
        return "review", batch.review_at.isoformat()
    return ("rest",) if batch.canary_passed else ()


def batch_requested(batch: Batch, written: int | None = None) -> BatchRequested:
    """Publish a batch, or the rest of it, when so many prices were written or tried."""
    occasion = _occasion(batch) if written is None else ("after", str(written))
    return BatchRequested(
        id=derived_id("msg", "batch", batch.batch_id, *occasion),
        occurred_at=batch.requested_at,
        correlation_id=batch.batch_id,
        organisation_id=batch.organisation_id,
        batch_id=batch.batch_id,
    )


def simulation_requested(simulation: Simulation) -> SimulationRequested:
    """Compute a simulation."""
    return SimulationRequested(
        id=derived_id("msg", "simulation", simulation.simulation_id),
        occurred_at=simulation.requested_at,
        correlation_id=simulation.simulation_id,
        organisation_id=simulation.organisation_id,
        job_id=simulation.simulation_id,
    )


def roll_up_requested(wish: RollUp) -> RollUpRequested:
    """Make days of a shop, or of a part of it."""
    of_shop = (wish.organisation_id, wish.shop_id, wish.job_id or f"{wish.at:%Y-%m-%dT%H}")
    place = () if wish.place is None else (str(wish.place),)
    return RollUpRequested(
        id=derived_id("msg", "roll-up", *of_shop, *place),
        occurred_at=wish.at,
        correlation_id=wish.job_id or derived_id("roll", *of_shop),
        organisation_id=wish.organisation_id,
        shop_id=wish.shop_id,
        first=wish.first,
        last=wish.last,
        job_id=wish.job_id,
        place=wish.place,
        after=wish.part.after,
        until=wish.part.until,
    )


def pages_to_scan(organisation_id: str, job_id: str, part: PagesOfLane, at: datetime) -> PagesToScan:
    """Read pages of a lane."""
    place = str(part.part)
    return PagesToScan(
        id=derived_id("msg", "scan", job_id, str(part.lane), place),
        occurred_at=at,
        correlation_id=job_id,
        organisation_id=organisation_id,
        job_id=job_id,
        lane=part.lane,
        part=place,
        recipes={competitor_id: told_recipe(recipe) for competitor_id, recipe in part.recipes.items()},
        pages=tuple(
            PageToScan(
                offer_id=page.offer.offer_id,
                product_id=page.offer.product_id,
                competitor_id=page.offer.competitor_id,
                url=page.offer.url,
                etag=page.etag,
                last_modified=page.last_modified,
            )
            for page in part.pages
        ),
    )


def page_unread(seen: Observation, at: datetime) -> PageUnread:
    """Have another reader look at the page of a look that found no price on it."""
    return PageUnread(
        id=derived_id("msg", "unread", seen.observation_id),
        occurred_at=at,
        correlation_id=seen.job_id,
        organisation_id=seen.organisation_id,
        job_id=seen.job_id,
        page=PageToScan(
            offer_id=seen.offer_id,
            product_id=seen.product_id,
            competitor_id=seen.competitor_id,
            url=seen.url,
            etag=seen.etag,
            last_modified=seen.last_modified,
        ),
        captured_at=seen.captured_at,
        snapshot=str(seen.snapshot),
        page_hash=seen.page_hash,
    )


def lane_group(lane: int) -> str:
    """The message group of a lane: one scanner at a time reads it, in order."""
    return f"lane-{lane}"
