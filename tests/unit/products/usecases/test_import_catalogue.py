"""Importing files, mapping columns, and publication's side of the catalogue."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from products.bootstrap import wire
from products.domain.errors import InvalidShop, ShopExists, ShopNotFound
from products.domain.product import Refusal, product_id_of
from products.domain.shop import Mapping
from products.usecases.house import Products
from products.usecases.import_catalogue import ROWS_IN_A_TRANSACTION
from products.usecases.ports import ImportReport, Merged
from shared.kernel.tables import UnreadableFile
from tests.builders.products import MONDAY, a_new_price, a_shop
from tests.fakes.products import FakeCatalogue, FakeImports, FakeShops

FILE = "sku,name,price\nHP-100,Headphones,99.99\nHP-200,Earphones,49.99\n"
ID = product_id_of("org", "demo-eu", "HP-100")


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue()


@pytest.fixture
def imports() -> FakeImports:
    return FakeImports()


@pytest.fixture
def house(catalogue: FakeCatalogue, imports: FakeImports) -> Products:
    shops = FakeShops()
    asyncio.run(shops.add(a_shop()))
    return wire(shops=shops, catalogue=catalogue, imports=imports, clock=lambda: MONDAY)


def take_in(house: Products, text: str = FILE, organisation_id: str = "org") -> ImportReport:
    return asyncio.run(house.import_catalogue(organisation_id, "demo-eu", text))


def test_a_file_goes_in_with_a_report(house: Products, catalogue: FakeCatalogue, imports: FakeImports) -> None:
    report = take_in(house)

    assert (report.rows, report.merged, report.faults) == (2, Merged(2, 0, 0), ())
    assert imports.kept == [report]
    assert catalogue.kept[ID].own_seller_ids == ("OWN2",)


def test_the_same_file_twice_changes_and_tells_nothing(house: Products, catalogue: FakeCatalogue) -> None:
    take_in(house)

    again = take_in(house)

    assert again.merged == Merged(0, 0, 2)
    assert len(catalogue.told) == 2


def test_good_rows_go_in_beside_bad_ones(house: Products, catalogue: FakeCatalogue) -> None:
    report = take_in(house, FILE + "HP-300,,1.00\n")

    assert [(fault.line, fault.column) for fault in report.faults] == [(4, "name")]
    assert len(catalogue.kept) == 2


def test_a_file_larger_than_a_transaction_goes_in_as_a_whole(house: Products, catalogue: FakeCatalogue) -> None:
    rows = ROWS_IN_A_TRANSACTION + 1

    report = take_in(house, "sku,name\n" + "".join(f"S{place},Thing\n" for place in range(rows)))

    assert report.merged == Merged(rows, 0, 0)
    assert len(catalogue.kept) == rows


def test_a_file_that_cannot_be_read_leaves_nothing(
    house: Products, catalogue: FakeCatalogue, imports: FakeImports
) -> None:
    with pytest.raises(UnreadableFile):
        take_in(house, "id,title\n1,x\n")

    assert (catalogue.kept, imports.kept) == ({}, [])


def test_another_organisation_has_no_such_shop(house: Products) -> None:
    with pytest.raises(ShopNotFound):
        take_in(house, organisation_id="rival")


def test_a_mapping_holds_for_every_later_file(house: Products) -> None:
    mapping = Mapping(columns={"sku": "id", "name": "title"}, delimiter=";")

    shop = asyncio.run(house.map_columns("org", "demo-eu", mapping))

    assert shop.mapping == mapping
    assert take_in(house, "id;title\n1;x\n").merged == Merged(1, 0, 0)


def test_a_mapping_of_a_field_that_does_not_exist_is_refused(house: Products) -> None:
    with pytest.raises(InvalidShop):
        asyncio.run(house.map_columns("org", "demo-eu", Mapping(columns={"colour": "c"})))


def test_a_shop_is_opened_once(house: Products) -> None:
    with pytest.raises(ShopExists):
        asyncio.run(house.open_shop(a_shop()))


def test_a_price_is_written_once_and_shown(house: Products, catalogue: FakeCatalogue) -> None:
    take_in(house)

    refusals = [asyncio.run(house.write_prices("org", [a_new_price(ID)])) for _ in range(2)]

    (shown,) = asyncio.run(house.show_prices("org", [ID, "nothing"]))
    assert refusals == [[None], [None]]
    assert (shown.draft.price, shown.revision, len(catalogue.told)) == (Decimal("95.99"), 2, 3)


@pytest.mark.parametrize("change", [{"expected": Decimal(98)}, {"expected": None}, {"currency": "USD"}])
def test_a_price_that_was_agreed_on_under_other_conditions_is_refused(
    change: dict[str, Any], house: Products, catalogue: FakeCatalogue
) -> None:
    take_in(house)

    (refusal,) = asyncio.run(house.write_prices("org", [a_new_price(ID, **change)]))

    assert isinstance(refusal, Refusal)
    assert refusal.outcome == "conflict"
    assert catalogue.kept[ID].draft.price == Decimal("99.99")
