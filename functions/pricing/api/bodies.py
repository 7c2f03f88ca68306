"""What pricing's API takes."""

from typing import Annotated, Literal

from pydantic import Field

from shared.runtime.answers import Body, Slug

type DecimalText = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,6})?$", examples=["12.34"])]


class NewCompetitor(Body):
    """A competitor to watch."""

    competitor_id: Slug = Field(examples=["shop-c1"])
    name: str = Field(min_length=1, max_length=100)
    domain: str = Field(
        min_length=3,
        max_length=253,
        pattern=r"^[a-z0-9.-]+$",
        examples=["shop.example"],
        description="The domain its pages stand on, without www",
    )
    kind: Literal["shop", "marketplace_seller", "comparison_site"] = "shop"


class NewOffer(Body):
    """A product of a shop on a competitor's page."""

    shop_id: Slug
    sku: str = Field(min_length=1, max_length=500)
    competitor_id: Slug | None = Field(default=None, description="Whose page it is, where its domain does not say it")
    url: str = Field(min_length=8, max_length=2000)
    match_type: Literal["exact", "equivalent", "substitute", "private_label"] = "exact"
    pack_quantity: int | None = Field(default=None, ge=1, le=1_000_000, description="Units in the competitor's pack")


class NewOffers(Body):
    """Offers to watch."""

    offers: list[NewOffer] = Field(min_length=1, max_length=500)


class StepBody(Body):
    """How far from the reference: money or percent, not both."""

    money: DecimalText | None = None
    percent: DecimalText | None = None


class EvidenceBody(Body):
    """What a competitor's price must bring with it to be followed."""

    max_age_hours: int = Field(default=24, ge=1, le=8760)
    min_confidence: DecimalText = "0"
    min_agreement: int = Field(default=0, ge=0, le=10, description="So many readers of the page must agree")
    accept_unknown_stock: bool = False
    match_types: list[Literal["exact", "equivalent", "substitute", "private_label"]] = Field(
        default=["exact"],
        min_length=1,
    )


class BoundsBody(Body):
    """The limits no decided price leaves."""

    min_margin_percent: DecimalText | None = None
    min_price: DecimalText | None = None
    max_price: DecimalText | None = None
    max_change_percent: DecimalText | None = None
    respect_map: bool = True


class RoutingBody(Body):
    """Who must look at a move, by its size in percent."""

    auto_within_percent: DecimalText = "0"
    manager_above_percent: DecimalText = "25"
    quarantine_above_percent: DecimalText = "40"


class PolicyBody(Body):
    """A pricing policy: follow a reference price inside bounds."""

    name: str = Field(min_length=1, max_length=100)
    shop_id: Slug
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    reference: Literal["lowest", "second_lowest"] = "lowest"
    relation: Literal["below", "equal"] = "equal"
    step: StepBody = StepBody()
    price_mode: Literal["item", "landed"] = "landed"
    competitor_ids: list[Slug] = Field(default=[], max_length=100, description="Empty means all")
    evidence: EvidenceBody = EvidenceBody()
    bounds: BoundsBody = BoundsBody()
    ending: DecimalText | None = Field(default=None, examples=["0.99"])
    smallest_move: DecimalText = "0"
    routing: RoutingBody = RoutingBody()


class NewRun(Body):
    """A policy to apply to its shop."""

    policy_id: Slug


class Approval(Body):
    """Proposals to approve."""

    change_ids: list[str] = Field(min_length=1, max_length=1000)
    justification: str = Field(default="", max_length=2000)


class Denial(Body):
    """Proposals to deny, with the reason."""

    change_ids: list[str] = Field(min_length=1, max_length=1000)
    reason: str = Field(min_length=1, max_length=200)


class NewBatch(Body):
    """Approved prices to publish: those of one run, or all that wait."""

    run_id: str | None = Field(default=None, max_length=64)
