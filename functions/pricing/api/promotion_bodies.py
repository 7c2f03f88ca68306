"""What the API of promotions takes and gives."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from pricing.api.bodies import DecimalText
from pricing.api.filters import CriteriaBody, criteria_of
from pricing.domain.product_filter import Criteria
from pricing.domain.promotions.promotion import MOST_ITEMS, Claim, Item, Promotion
from pricing.usecases.promotions.manage import ItemAsked, Judged, PercentAsked, PromotionAsked
from shared.kernel.errors import Invalid
from shared.runtime.answers import Body, Moment, Slug, View, timestamp

type ClaimName = Literal["none", "was", "percent"]
type Sku = Annotated[str, Field(min_length=1, max_length=200)]
type Percent = Annotated[str, Field(pattern=r"^\d{1,2}(\.\d{1,2})?$", examples=["20"])]


class ClaimBody(Body):
    """What is said of the price: «was so much», or «so many percent off»."""

    kind: ClaimName
    value: DecimalText | None = Field(default=None, description="The amount, or the percentage")


class ItemBody(Body):
    """A product with its price in the promotion, in the shop's currency."""

    sku: Sku
    price: DecimalText
    claim: ClaimBody | None = Field(default=None, description="Nothing is claimed, when left out")
    on_market_since: Moment | None = Field(default=None, description="Since when a new product is sold, if you know")


class PromotionBody(Body):
    """A promotion: prices by SKU in `items`, or `percent_off` the present price of `skus` or of a `filter`."""

    shop_id: Slug
    name: str = Field(min_length=1, max_length=100)
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="The shop's, when left out")
    time_zone: str | None = Field(default=None, max_length=64, description="The shop's, when left out")
    starts_at: Moment | None = Field(default=None, description="Now, when left out")
    ends_at: Moment
    items: list[ItemBody] = Field(default=[], max_length=MOST_ITEMS)
    percent_off: Percent | None = None
    skus: list[Sku] = Field(default=[], max_length=MOST_ITEMS)
    filter: CriteriaBody | None = None
    claim: ClaimName = Field(default="none", description="What is claimed of prices by percent_off")

    def asked(self) -> PromotionAsked:
        """It in the words of the house."""
        return PromotionAsked(
            shop_id=self.shop_id,
            name=self.name,
            country=self.country,
            time_zone=self.time_zone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            items=[_item_asked(one) for one in self.items],
            percent=self._percent(),
        )

    def _percent(self) -> PercentAsked | None:
        if self.percent_off is None:
            if self.skus or self.filter is not None:
                raise Invalid("say in percent_off how much their prices go down, or name their prices in items")
            return None
        if bool(self.skus) == (self.filter is not None):
            raise Invalid("name the products in skus, or say which ones in filter: one of the two")
        criteria = Criteria(skus=tuple(self.skus)) if self.filter is None else criteria_of(self.filter)
        return PercentAsked(criteria=criteria, percent_off=Decimal(self.percent_off), claim=self.claim)


class ChangedPromotion(PromotionBody):
    """The promotion as it is to be from now on, and the revision that you read."""

    revision: int = Field(ge=1)


class Vouched(Body):
    """The revision of the promotion that you read and vouch for."""

    revision: int = Field(ge=1)


class Ended(Body):
    """Why it ends before its time."""

    reason: str = Field(min_length=3, max_length=200)


class ClaimView(View):
    """What is said of a price."""

    kind: str
    value: str | None


class ItemView(View):
    """A product of a promotion. `state` says what became of it, `detail` why; `standing` is the price that returns."""

    product_id: str
    sku: str
    price: str
    claim: ClaimView
    on_market_since: str | None
    state: str
    before: str | None
    standing: str | None
    detail: str


class PromotionFindingView(View):
    """What a check found about a price or about a claim; an `error` forbids it."""

    code: str
    severity: str
    about: str
    sku: str
    message: str
    rule: str
    source: str
    mend: str


class PromotionView(View):
    """A promotion from PROPOSED, APPROVED, HELD, RUNNING and ENDING to ENDED, or CANCELLED.

    With `findings`, in the answers that checked it. `due_at` is when it is looked after next, `detail` what
    it waits for.
    """

    promotion_id: str
    shop_id: str
    name: str
    country: str
    time_zone: str
    starts_at: str
    ends_at: str
    items: list[ItemView]
    authors: list[str]
    created_at: str
    changed_at: str
    state: str
    revision: int
    approved_by: str | None
    approved_at: str | None
    began_at: str | None
    ended_at: str | None
    ended_by: str | None
    end_reason: str
    due_at: str | None
    detail: str
    findings: list[PromotionFindingView] | None = None


class PromotionPage(View):
    """Some promotions, newest first."""

    data: list[PromotionView]
    next_cursor: str | None


class CheckedItem(View):
    """A product's prior price, and what is allowed: its price and its claim, each for itself."""

    sku: str
    price: str
    claim: ClaimView
    prior_price: str | None
    why_none: str
    price_allowed: bool
    claim_verdict: str


class PromotionChecked(View):
    """What the checks of a promotion found. It is `sound` when nothing forbids it; nothing was kept."""

    sound: bool
    items: list[CheckedItem]
    findings: list[PromotionFindingView]


class WindowView(View):
    """From `start` up to `end`, without it."""

    start: str
    end: str


class ShownPriceView(View):
    """A price that the shop showed from `valid_from` on; null while it showed none. `number` counts them."""

    amount: str | None
    currency: str
    valid_from: str
    source: str | None
    number: int | None
    revision: int


class RuleView(View):
    """A rule, where it stands, and when somebody read it there; `table` is the version of the table of rules."""

    country: str
    law: str
    article: str
    url: str
    checked: str | None
    note: str
    table: str | None = None


class EvidenceView(View):
    """What the verdict on a product rests on. `hash` names every word of it; `final` says that the promotion began."""

    promotion_id: str
    product_id: str
    sku: str
    currency: str
    country: str
    time_zone: str
    price: str
    claim: ClaimView
    window: WindowView
    method: str
    first_promotion: str | None
    prices: list[ShownPriceView]
    prior_price: str | None
    why_none: str
    rule: RuleView
    verdict: str
    price_allowed: bool
    findings: list[PromotionFindingView]
    final: bool
    made_at: str
    hash: str


class EvidencePack(View):
    """The evidence for every product of a promotion."""

    promotion_id: str
    name: str
    data: list[EvidenceView]


class PriorPriceView(View):
    """A product's prior price at a moment, by the law of a country. `promotion_id` is in force then, if it is named."""

    sku: str
    product_id: str
    country: str
    currency: str
    price: str | None
    prior_price: str | None
    why_none: str
    method: str
    window: WindowView
    promotion_id: str | None
    first_promotion: str | None
    rule: RuleView


class PriorPrices(View):
    """The prior prices of some products, in the order asked for."""

    data: list[PriorPriceView]


def _item_asked(body: ItemBody) -> ItemAsked:
    said = body.claim
    claim = Claim() if said is None else Claim(said.kind, None if said.value is None else Decimal(said.value))
    return ItemAsked(sku=body.sku, price=Decimal(body.price), claim=claim, on_market_since=body.on_market_since)


def shown_promotion(promotion: Promotion, judged: Judged | None = None) -> dict[str, Any]:
    """A promotion as the API gives it."""
    hidden = {"organisation_id", "publications"}
    fields = {name: value for name, value in asdict(promotion).items() if name not in hidden}
    fields["items"] = [_shown_item(item) for item in promotion.items]
    fields["findings"] = None if judged is None else shown_findings(judged)
    return fields


def _shown_item(item: Item) -> dict[str, Any]:
    since = None if item.on_market_since is None else timestamp(item.on_market_since)
    return asdict(item) | {"on_market_since": since}


def shown_findings(judged: Judged) -> Sequence[dict[str, Any]]:
    """Findings as the API gives them."""
    return [asdict(one) for one in judged.findings]


def shown_check(judged: Judged) -> dict[str, Any]:
    """The outcome of a check as the API gives it."""
    items = [
        {
            "sku": one.sku,
            "price": one.price,
            "claim": asdict(one.claim),
            "prior_price": one.measured.prior.amount,
            "why_none": one.measured.prior.why_none,
            "price_allowed": one.price_allowed,
            "claim_verdict": one.verdict,
        }
        for one in judged.evidence
    ]
    return {"sound": not judged.errors, "items": items, "findings": shown_findings(judged)}
