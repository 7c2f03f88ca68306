"""Shops, products and imports: fake and MongoDB keep the same promises."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from products.adapters.mongo_catalogue import MongoCatalogue
from products.adapters.mongo_imports import MongoImports
from products.adapters.mongo_shops import MongoShops
from products.domain.errors import ImportNotFound, ProductNotFound, ShopExists, ShopNotFound
from products.domain.product import Refusal, product_id_of
from products.usecases.ports import Catalogue, Imports, Merged, Shops
from shared.kernel.errors import Unavailable
from shared.kernel.paging import Window
from shared.kernel.tables import RowFault
from shared.runtime.mongo import Mongo
from shared.runtime.outbox import Outbox
from tests.builders.products import MONDAY, a_draft, a_new_price, a_report, a_shop, an_origin
from tests.fakes.cloud import FakeCloud
from tests.fakes.products import FakeCatalogue, FakeImports, FakeShops
from tests.fakes.runs import Run

ID = product_id_of("org", "demo-eu", "HP-100")
LATER = MONDAY + timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    """The stores under test, and how many products were announced."""

    shops: Shops
    catalogue: Catalogue
    imports: Imports
    told: Callable[[], Sequence[str]]


@pytest.fixture(params=["fake", "mongodb"])
def kept(request: pytest.FixtureRequest, cloud: FakeCloud) -> Kept:
    """The stores under test."""
    if request.param == "fake":
        fake = FakeCatalogue()
        return Kept(FakeShops(), fake, FakeImports(), lambda: [one.product_id for one in fake.told])
    store: Callable[[str], Mongo] = request.getfixturevalue("store")
    mongo = store("products")
    outbox = Outbox(mongo, "products", bus="bus")
    catalogue = MongoCatalogue(mongo, outbox)

    def told() -> Sequence[str]:
        # Two relays at once may send an event twice, and its id tells: consumers drop the second.
        events = {event["id"]: event for event in cloud.events()}.values()
        return [one["product_id"] for event in events for one in event["products"]]

    return Kept(MongoShops(mongo), catalogue, MongoImports(mongo, outbox), told)


def test_a_shop_is_kept_once_for_each_organisation(kept: Kept, run: Run) -> None:
    run(kept.shops.add(a_shop()))
    run(kept.shops.add(a_shop(organisation_id="rival", name="Theirs")))

    with pytest.raises(ShopExists):
        run(kept.shops.add(a_shop(name="Again")))

    assert run(kept.shops.get("org", "demo-eu")) == a_shop()
    assert run(kept.shops.page("org", Window())).items == (a_shop(),)


def test_no_organisation_reads_or_changes_the_shop_of_another(kept: Kept, run: Run) -> None:
    run(kept.shops.add(a_shop()))

    run(kept.shops.replace(a_shop(organisation_id="rival", name="Mine")))

    assert run(kept.shops.get("org", "demo-eu")) == a_shop()
    with pytest.raises(ShopNotFound):
        run(kept.shops.get("rival", "demo-eu"))


def test_a_changed_shop_stays_changed(kept: Kept, run: Run) -> None:
    run(kept.shops.add(a_shop()))

    run(kept.shops.replace(a_shop(name="Renamed")))

    assert run(kept.shops.get("org", "demo-eu")).name == "Renamed"


def test_taking_a_file_in_twice_changes_and_tells_nothing(kept: Kept, run: Run) -> None:
    drafts = [a_draft(), a_draft("HP-200", None)]

    merged = [run(kept.catalogue.take_in(drafts, an_origin(at=at))) for at in (MONDAY, LATER)]

    product = run(kept.catalogue.get("org", ID))
    assert merged == [Merged(2, 0, 0), Merged(0, 0, 2)]
    assert (product.revision, product.updated_at, product.draft) == (1, MONDAY, a_draft())
    assert len(kept.told()) == 2


def test_a_changed_row_is_a_new_revision_and_told_again(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft(), a_draft("B")], an_origin()))

    merged = run(kept.catalogue.take_in([a_draft(price="89.99"), a_draft("B")], an_origin(at=LATER)))

    product = run(kept.catalogue.get("org", ID))
    assert merged == Merged(0, 1, 1)
    assert (product.revision, product.draft.price, product.price_since) == (2, Decimal("89.99"), LATER)
    assert list(kept.told()).count(ID) == 2


def test_one_sku_in_two_organisations_is_two_products(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft()], an_origin()))
    run(kept.catalogue.take_in([a_draft(price="1.00")], an_origin(organisation_id="rival")))

    assert run(kept.catalogue.get("org", ID)).draft.price == Decimal("99.99")
    assert [one.product_id for one in run(kept.catalogue.page("org", "demo-eu", Window())).items] == [ID]
    assert run(kept.catalogue.some("rival", [ID])) == []
    with pytest.raises(ProductNotFound):
        run(kept.catalogue.get("rival", ID))


def test_a_price_is_written_once_however_often_it_is_sent(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft()], an_origin()))

    refusals = [run(kept.catalogue.reprice("org", [a_new_price(ID)], LATER)) for _ in range(2)]

    product = run(kept.catalogue.get("org", ID))
    assert refusals == [[None], [None]]
    assert (product.draft.price, product.revision, product.batch_id) == (Decimal("95.99"), 2, "bat")
    assert (product.price_source, product.price_since) == ("publication", LATER)
    assert len(kept.told()) == 2


def test_a_price_that_nobody_agreed_on_is_not_written(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft(), a_draft("B")], an_origin()))
    other = product_id_of("org", "demo-eu", "B")
    prices = [a_new_price(ID, expected=Decimal(98)), a_new_price("nothing"), a_new_price(other)]

    refusals = run(kept.catalogue.reprice("org", prices, LATER))

    kinds = [one.outcome if isinstance(one, Refusal) else None for one in refusals]
    assert kinds == ["conflict", "unknown_product", None]
    assert run(kept.catalogue.get("org", ID)).draft.price == Decimal("99.99")


def test_no_organisation_writes_the_price_of_another(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft()], an_origin()))

    (refusal,) = run(kept.catalogue.reprice("rival", [a_new_price(ID)], LATER))

    assert isinstance(refusal, Refusal)
    assert refusal.outcome == "unknown_product"
    assert run(kept.catalogue.get("org", ID)).revision == 1


def test_of_two_prices_at_once_one_is_written(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft()], an_origin()))

    async def both() -> list[Sequence[Refusal | None] | BaseException]:
        asked = (kept.catalogue.reprice("org", [a_new_price(ID, amount)], LATER) for amount in ("95.99", "94.99"))
        return await asyncio.gather(*asked, return_exceptions=True)

    ended = run(both())

    # The slower one meets the new price, or is told to come again.
    slower = [one for one in ended if isinstance(one, Unavailable) or one != [None]]
    assert len(slower) == 1
    assert run(kept.catalogue.get("org", ID)).revision == 2
    assert len(kept.told()) == 2


def test_a_shops_products_are_read_by_sku_page_by_page(kept: Kept, run: Run) -> None:
    run(kept.catalogue.take_in([a_draft(sku) for sku in ("d", "b", "f")], an_origin()))
    run(kept.catalogue.take_in([a_draft("c")], an_origin(shop_id="other")))

    first = run(kept.catalogue.page("org", "demo-eu", Window(limit=2)))
    run(kept.catalogue.take_in([a_draft("a"), a_draft("e")], an_origin()))
    second = run(kept.catalogue.page("org", "demo-eu", Window(limit=2, after=first.next_after)))

    assert [one.draft.sku for one in (*first.items, *second.items)] == ["b", "d", "e", "f"]
    assert second.next_after is None


def test_a_report_is_read_by_its_organisation_and_shop_only(kept: Kept, run: Run) -> None:
    report = replace(a_report(), faults=(RowFault(2, "price", "-1", "must be above zero"),))
    run(kept.imports.add(report, "usr"))

    assert run(kept.imports.get("org", "demo-eu", "imp")) == report
    for organisation, shop in (("rival", "demo-eu"), ("org", "other")):
        with pytest.raises(ImportNotFound):
            run(kept.imports.get(organisation, shop, "imp"))


def test_a_change_that_fails_leaves_no_product_no_price_and_no_announcement(
    store: Callable[[str], Mongo], run: Run, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongo = store("products")
    outbox = Outbox(mongo, "products", bus="bus")

    async def crashes(*_: object) -> None:
        raise KeyError("the worker died")

    monkeypatch.setattr(outbox, "add", crashes)
    with pytest.raises(KeyError):
        run(MongoCatalogue(mongo, outbox).take_in([a_draft()], an_origin()))

    left = {name: run(mongo.collection(name).count_documents({})) for name in ("products", "own_prices", "outbox")}
    assert (left, cloud.told) == ({"products": 0, "own_prices": 0, "outbox": 0}, [])
