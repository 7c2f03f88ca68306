"""Messages of other houses and of the scanner, as pricing's own values."""

from decimal import Decimal

from pricing.domain.market import Observation, ProductFacts
from pricing.domain.reading import Availability, Vote
from shared.contracts import pricing as contracts
from shared.contracts import products
from shared.kernel.identifiers import derived_id

# Fields that mean and hold the same on the wire and in an observation.
AS_THEY_ARE = {
    "offer_id",
    "product_id",
    "competitor_id",
    "url",
    "outcome",
    "captured_at",
    "detail",
    "currency",
    "condition",
    "seller",
    "gtin",
    "mpn",
    "sku",
    "brand",
    "title",
    "reader",
    "agreement",
    "page_hash",
    "http_status",
    "duration_ms",
    "billed_ms",
    "bytes_read",
    "etag",
    "last_modified",
    "snapshot",
    "readers_version",
    "recipe",
    "fulfilment",
    "promotion",
    "pack",
    "region",
}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def facts_of(organisation_id: str, told: products.ProductFacts) -> ProductFacts:
    """A product as the catalogue announced it."""
    return ProductFacts(
        organisation_id=organisation_id,
        product_id=told.product_id,
        shop_id=told.shop_id,
        sku=told.sku,
        name=told.name,
        currency=told.currency,
        revision=told.revision,
        active=told.active,
        brand=told.brand,
        gtin=told.gtin,
        mpn=told.mpn,
        category=told.category,
        tags=told.tags,
        price=_decimal(told.price),
        cost=_decimal(told.cost),
        min_price=_decimal(told.min_price),
        max_price=_decimal(told.max_price),
        map_price=_decimal(told.map_price),
        msrp=_decimal(told.msrp),
        own_seller_ids=told.own_seller_ids,
        tax_basis=told.tax_basis,
        pack_quantity=told.pack_quantity,
    )


def observation_of(message: contracts.PagesRead, reading: contracts.PageReading) -> Observation:
    """A page's reading as an observation; offer and job make its id, so it is recorded once."""
    observation_id = derived_id("obs", message.organisation_id, reading.offer_id, message.job_id)
    return seen_in(reading, observation_id, message.organisation_id, message.job_id)


def seen_in(reading: contracts.PageReading, observation_id: str, organisation_id: str, job_id: str) -> Observation:
    """What a reading saw, as an observation of that id."""
    fields = reading.model_dump(include=AS_THEY_ARE)
    return Observation(
        observation_id=observation_id,
        organisation_id=organisation_id,
        job_id=job_id,
        item_price=_decimal(reading.item_price),
        list_price=_decimal(reading.list_price),
        shipping=_decimal(reading.shipping),
        availability=Availability(reading.availability),
        confidence=Decimal(str(reading.confidence)),
        votes=tuple(
            Vote(reader=one.reader, item_price=Decimal(one.item_price), currency=one.currency) for one in reading.votes
        ),
        **fields,
    )
