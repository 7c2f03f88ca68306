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


class NewRun(Body):
    """A policy to apply to its shop."""

    policy_id: Slug
