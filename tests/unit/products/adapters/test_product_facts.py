"""What the catalogue announces fits into what the bus takes, however long its texts are."""

from dataclasses import replace
from datetime import timedelta

from products.adapters.product_facts import PRODUCTS_IN_AN_EVENT, announcements, told_again
from products.domain.product import Product, taken_in
from tests.builders.products import MONDAY, a_draft, an_origin

BUS_BYTES = 256 * 1024


def a_product(place: int, text: str = "x", sellers: tuple[str, ...] = ()) -> Product:
    draft = replace(a_draft(f"{text}{place}"), name=text, brand=text, mpn=text)
    product = taken_in(None, draft, an_origin(own_seller_ids=sellers))
    assert product is not None
    return product


def test_short_products_are_told_a_hundred_at_a_time() -> None:
    events = announcements([a_product(place) for place in range(PRODUCTS_IN_AN_EVENT + 1)])

    assert [len(event.products) for event in events] == [PRODUCTS_IN_AN_EVENT, 1]


def test_long_products_make_more_events_and_each_fits() -> None:
    products = [a_product(place, "ß" * 490, tuple(f"{'s' * 98}{one:02}" for one in range(100))) for place in range(100)]

    events = announcements(products)

    assert [one.product_id for event in events for one in event.products] == [one.product_id for one in products]
    assert max(len(event.model_dump_json().encode()) for event in events) < BUS_BYTES
    assert events == announcements(products)


def test_what_is_told_again_says_so_under_an_id_of_its_job() -> None:
    products = [a_product(place) for place in range(PRODUCTS_IN_AN_EVENT + 1)]
    later = MONDAY + timedelta(days=1)

    first, again, other = (
        announcements(products),
        told_again(products, "job", later),
        told_again(products, "job2", later),
    )

    assert [event.products for event in again] == [event.products for event in first]
    assert [(event.again, event.occurred_at, event.correlation_id) for event in again] == [(True, later, "job")] * 2
    assert [event.again for event in first] == [False] * 2
    assert len({event.id for event in [*first, *again, *other]}) == 6
    assert again == told_again(products, "job", later)
