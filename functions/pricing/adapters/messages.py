"""Messages of other houses and of the scanner, as pricing's own values."""

from decimal import Decimal, InvalidOperation

from pricing.domain.market import Observation, ProductFacts
from pricing.domain.reading import Availability, Unread, Vote, chargeable
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
    "asked_etag",
    "asked_last_modified",
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


def _amount(text: str | None) -> Decimal | None:
    """An amount of a stranger's page; None for what a shop cannot charge, so that one look keeps back no other."""
    try:
        return chargeable(_decimal(text))
    except InvalidOperation:
        return None


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
        family=told.family,
        stock=told.stock,
        sold_28d=told.sold_28d,
        supplier=told.supplier,
        price_since=told.price_since,
        price_number=told.price_number,
        price_source=told.price_source,
        country=told.country,
        time_zone=told.time_zone,
    )


def observation_of(message: contracts.PagesRead, reading: contracts.PageReading) -> Observation:
    """A page's reading as an observation; offer, job and who looked again make its id, so it is recorded once."""
    again = () if message.second_look_by is None else (message.second_look_by,)
    observation_id = derived_id("obs", message.organisation_id, reading.offer_id, message.job_id, *again)
    return seen_in(reading, observation_id, message.organisation_id, message.job_id)


def seen_in(reading: contracts.PageReading, observation_id: str, organisation_id: str, job_id: str) -> Observation:
    """What a reading saw, as an observation of that id; a price that no shop can charge is a named failure."""
    fields = reading.model_dump(include=AS_THEY_ARE)
    price = _amount(reading.item_price)
    if reading.item_price is not None and price is None:
        detail = f"«{reading.item_price[:40]}» is not a price that a shop can charge"
        fields |= {"outcome": Unread.NO_PRICE.value, "detail": detail}
    return Observation(
        observation_id=observation_id,
        organisation_id=organisation_id,
        job_id=job_id,
        item_price=price,
        list_price=_amount(reading.list_price),
        shipping=_amount(reading.shipping),
        availability=Availability(reading.availability),
        confidence=Decimal(str(reading.confidence)),
        votes=tuple(
            Vote(reader=one.reader, item_price=said, currency=one.currency)
            for one in reading.votes
            if (said := _amount(one.item_price)) is not None
        ),
        **fields,
    )
