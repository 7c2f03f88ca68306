"""What pricing's API shows."""

from dataclasses import asdict
from decimal import Decimal

from pricing.domain.market import Competitor, Observation, Offer
from pricing.domain.price_change import PriceChange
from pricing.usecases.ports import Run, StoredDecision
from pricing.usecases.publication_ports import Batch
from shared.runtime.answers import MoneyView, View

type Shown = dict[str, object]


class TrustView(View):
    """When a new price of it is not believed."""

    jump_percent: str
    divergence_percent: str | None
    min_confidence: str


class TaxView(View):
    """On which basis its prices stand."""

    basis: str
    rate_percent: str


class CorrectionView(View):
    """One arithmetic rule."""

    operation: str
    operand: str


class CorrectionsView(View):
    """What is corrected before its prices are compared."""

    item_price: CorrectionView | None
    list_price: CorrectionView | None
    shipping: CorrectionView | None


class SellersView(View):
    """Which sellers on it count."""

    exclude: list[str]
    only: list[str]


class CompetitorView(View):
    """A competitor."""

    competitor_id: str
    name: str
    domain: str
    kind: str
    created_at: str
    trust: TrustView
    tax: TaxView | None
    corrections: CorrectionsView
    sellers: SellersView
    weight: str
    expire_after_days: int
    region: str | None
    model_reader: bool


class CompetitorPage(View):
    """Some competitors."""

    data: list[CompetitorView]
    next_cursor: str | None


class VoteView(View):
    """What one reader said."""

    reader: str
    item_price: str
    currency: str | None


class NormalisedView(View):
    """The price made comparable with the shop's own, and how."""

    item_price: str
    list_price: str | None
    landed_price: str
    currency: str
    correction: str
    tax: str
    rate: str | None
    rate_date: str | None
    quote_from: str | None
    quote_to: str | None
    pack: str


class ObservationView(View):
    """One look at an offer: what the page said, as captured, and beside it how it compares with the shop's price."""

    observation_id: str
    offer_id: str
    product_id: str
    competitor_id: str
    job_id: str
    url: str
    outcome: str
    detail: str
    captured_at: str
    item_price: str | None
    list_price: str | None
    shipping: str | None
    landed_price: str | None
    currency: str | None
    availability: str
    condition: str | None
    seller: str | None
    gtin: str | None
    mpn: str | None
    sku: str | None
    brand: str | None
    title: str | None
    reader: str | None
    agreement: int
    confidence: str
    page_hash: str | None
    http_status: int | None
    duration_ms: int
    bytes_read: int
    etag: str | None
    last_modified: str | None
    snapshot: str | None
    readers_version: int | None
    recipe: str | None
    fulfilment: str | None
    promotion: str | None
    pack: int | None
    votes: list[VoteView]
    region: str | None
    quality: str
    suspicions: list[str]
    normalised: NormalisedView | None


class ObservationPage(View):
    """Some observations, newest first."""

    data: list[ObservationView]
    next_cursor: str | None


class OfferView(View):
    """A watched offer. `latest` keeps the last trusted price, `quarantined` a newer one that is not believed yet.

    `last_failure` says why a later look brought none.
    """

    offer_id: str
    product_id: str
    shop_id: str
    competitor_id: str
    url: str
    match_type: str
    created_at: str
    latest: ObservationView | None
    age_seconds: int | None
    last_failure: ObservationView | None
    quarantined: ObservationView | None
    failing_since: str | None
    pack_quantity: int | None


class OfferPage(View):
    """Some offers."""

    data: list[OfferView]
    next_cursor: str | None


class StepView(View):
    """One step of the order of operations."""

    name: str
    before: str
    after: str


class DecisionView(View):
    """A price decision with everything it was made of."""

    decision_id: str
    run_id: str
    policy_id: str
    policy_version: int
    decided_at: str
    product_id: str
    sku: str
    current: MoneyView | None
    target: MoneyView | None
    price: MoneyView | None
    reason: str
    binding: str | None
    goal_reached: bool
    route: str
    change_percent: str | None
    confidence: str | None
    reference_observation_id: str | None
    observation_ids: list[str]
    product_revision: int
    rule: str | None
    rule_place: int | None
    line: int | None
    reference: MoneyView | None
    lower: MoneyView | None
    upper: MoneyView | None
    lower_by: str | None
    upper_by: str | None
    flags: list[str]
    inputs_hash: str
    steps: list[StepView]


class DecisionPage(View):
    """Some decisions."""

    data: list[DecisionView]
    next_cursor: str | None


class RunView(View):
    """A policy run."""

    run_id: str
    shop_id: str
    policy_id: str
    policy_version: int
    state: str
    requested_by: str
    requested_at: str
    started_at: str | None
    finished_at: str | None
    decisions: int
    proposed: int
    reasons: dict[str, int] | None


class RunPage(View):
    """Some runs, newest first."""

    data: list[RunView]
    next_cursor: str | None


class ChangeView(View):
    """A price on its way from decision to shop. `stake` is the money a week that it moves."""

    change_id: str
    shop_id: str
    run_id: str
    decision_id: str
    product_id: str
    sku: str
    before: MoneyView | None
    after: MoneyView
    reason: str
    route: str
    state: str
    proposed_at: str
    decided_by: str | None
    decided_at: str | None
    justification: str | None
    deny_reason: str | None
    batch_id: str | None
    detail: str
    failure: str | None
    brand: str | None
    stake: MoneyView
    size_percent: str | None
    expires_at: str | None
    undoes: str | None


class ChangePage(View):
    """Some price changes, in the order asked for."""

    data: list[ChangeView]
    next_cursor: str | None


class BatchView(View):
    """A publication: PENDING, RUNNING, CANARY (a share is out, the rest waits), FINISHED, CANCELLED or STOPPED."""

    batch_id: str
    shop_id: str
    run_id: str | None
    undoes: str | None
    reason: str
    state: str
    detail: str
    resume_at: str | None
    total: int
    requested_by: str
    requested_at: str
    started_at: str | None
    finished_at: str | None
    states: dict[str, int] | None
    review_at: str | None
    outcome: "OutcomeView | None"


class OutcomeView(View):
    """What a publication brought beside what was projected, had as many units been sold as before it.

    `exact` from four weeks on. `left_out` lines have no count of units. Margins are of lines with a cost.
    """

    at: str
    days: int
    exact: bool
    lines: int
    left_out: int
    projected_revenue: str
    actual_revenue: str
    revenue_percent: str | None
    projected_margin_percent: str | None
    actual_margin_percent: str | None
    margin_points: str | None
    alarms: list[str]


class BatchPage(View):
    """Some publications, newest first."""

    data: list[BatchView]
    next_cursor: str | None


def _money(amount: Decimal | None, currency: str) -> Shown | None:
    return None if amount is None else {"amount": f"{amount:f}", "currency": currency}


def shown_competitor(competitor: Competitor) -> Shown:
    """A competitor as `CompetitorView`."""
    return {name: value for name, value in asdict(competitor).items() if name != "organisation_id"}


def shown_observation(seen: Observation) -> Shown:
    """An observation as `ObservationView`."""
    fields = {name: value for name, value in asdict(seen).items() if name != "organisation_id"}
    made = fields["normalised"]
    if made is not None and made["rate_date"] is not None:
        fields["normalised"] = made | {"rate_date": made["rate_date"].isoformat()}
    return fields | {"landed_price": seen.landed_price}


def shown_offer(offer: Offer, age_seconds: int | None) -> Shown:
    """An offer as `OfferView`."""
    return {
        "offer_id": offer.offer_id,
        "product_id": offer.product_id,
        "shop_id": offer.shop_id,
        "competitor_id": offer.competitor_id,
        "url": offer.url,
        "match_type": offer.match_type,
        "created_at": offer.created_at,
        "latest": None if offer.latest is None else shown_observation(offer.latest),
        "age_seconds": age_seconds,
        "last_failure": None if offer.last_failure is None else shown_observation(offer.last_failure),
        "quarantined": None if offer.quarantined is None else shown_observation(offer.quarantined),
        "failing_since": offer.failing_since,
        "pack_quantity": offer.pack_quantity,
    }


AMOUNTS = ("current", "target", "price", "reference", "lower", "upper")


def shown_decision(stored: StoredDecision) -> Shown:
    """A decision as `DecisionView`."""
    decision = stored.decision
    fields = {name: value for name, value in asdict(decision).items() if name != "currency"}
    amounts = {name: _money(getattr(decision, name), decision.currency) for name in AMOUNTS}
    return {
        "decision_id": stored.decision_id,
        "run_id": stored.run_id,
        "policy_id": stored.policy_id,
        "policy_version": stored.policy_version,
        "decided_at": stored.decided_at,
        **fields,
        **amounts,
    }


def shown_run(run: Run) -> Shown:
    """A run as `RunView`."""
    return {name: value for name, value in asdict(run).items() if name != "organisation_id"}


def shown_change(change: PriceChange) -> Shown:
    """A price change as `ChangeView`."""
    hidden = {"organisation_id", "currency", "policy_author_id", "product_revision", "facts_hash"}
    fields = {name: value for name, value in asdict(change).items() if name not in hidden}
    return fields | {
        "before": _money(change.before, change.currency),
        "after": _money(change.after, change.currency),
        "stake": _money(change.stake, change.currency),
        "size_percent": None if change.size_percent is None else f"{change.size_percent:f}",
    }


def shown_batch(batch: Batch) -> Shown:
    """A batch as `BatchView`."""
    hidden = {"organisation_id", "canary_share", "canary_passed", "despite_stop", "halted"}
    return {name: value for name, value in asdict(batch).items() if name not in hidden}
