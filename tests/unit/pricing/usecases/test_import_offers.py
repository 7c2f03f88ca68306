"""Files of offers: good rows are watched, the others come back by line and column with the mend."""

import asyncio
from dataclasses import dataclass, field

import pytest

from pricing.domain.offer_file import LARGEST_FILE_ROWS
from pricing.usecases.register import ImportOffers, OfferImport, RegisterOffers
from shared.kernel.tables import UnreadableFile
from tests.builders.pricing import MONDAY, a_competitor, some_facts
from tests.fakes.pricing import FakeCompetitors, FakeFacts, FakeOffers

HEADER = "sku,url,match_type"


@dataclass
class Watching:
    """A shop with two products and two competitors, one of them on a part of the other's domain."""

    offers: FakeOffers = field(default_factory=FakeOffers)

    def take(self, *rows: str, header: str = HEADER, organisation_id: str = "org") -> OfferImport:
        known = [some_facts(product_id="prd_1", sku="HP-100"), some_facts(product_id="prd_2", sku="HP-200")]
        market = [a_competitor(competitor_id="c1"), a_competitor(competitor_id="c2", domain="outlet.c1.example")]
        register = RegisterOffers(
            facts=FakeFacts({one.product_id: one for one in known}),
            competitors=FakeCompetitors({(one.organisation_id, one.competitor_id): one for one in market}),
            offers=self.offers,
            clock=lambda: MONDAY,
        )
        text = "\n".join((header, *rows))
        return asyncio.run(ImportOffers(register=register)(organisation_id, "demo-eu", text))


def test_good_rows_are_watched_and_the_pages_domain_says_whose_they_are() -> None:
    watching = Watching()

    report = watching.take(
        "HP-100,https://www.c1.example/a,exact",
        "HP-200,https://outlet.c1.example/b,Private-Label",
        "HP-200,https://c1.example/c,",
    )

    assert (report.rows, report.accepted, report.rejected, report.faults) == (3, 3, 0, ())
    assert {(one.product_id, one.competitor_id, one.match_type) for one in watching.offers.kept.values()} == {
        ("prd_1", "c1", "exact"),
        ("prd_2", "c2", "private_label"),
        ("prd_2", "c1", "exact"),
    }


def test_a_column_says_whose_page_it_is_where_the_domain_would_say_otherwise() -> None:
    watching = Watching()

    watching.take("HP-100,https://outlet.c1.example/b,exact,c1", header=f"{HEADER},competitor_id")

    assert [one.competitor_id for one in watching.offers.kept.values()] == ["c1"]


@pytest.mark.parametrize(
    ("row", "column", "value", "mend"),
    [
        ("HP-999,https://c1.example/x,exact", "sku", "HP-999", "import it first"),
        (",https://c1.example/x,exact", "sku", "", "say which product"),
        ("HP-100,,exact", "url", "", "say where"),
        ("HP-100,https://other.example/x,exact", "url", "https://other.example/x", "register it"),
        ("HP-100,http://169.254.169.254/,exact", "url", "http://169.254.169.254/", ""),
        ("HP-100,c1.example/x,exact", "url", "c1.example/x", ""),
        ("HP-100,https://c1.example/x,exakt", "match_type", "exakt", "did you mean «exact»?"),
        ("HP-100,https://c1.example/good,exact", "url", "https://c1.example/good", "line 2 has this SKU and page"),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_keeps_no_other_back(
    row: str, column: str, value: str, mend: str
) -> None:
    watching = Watching()

    report = watching.take("HP-100,https://c1.example/good,exact", row)

    (fault,) = report.faults
    assert (report.accepted, report.rejected, len(watching.offers.kept)) == (1, 1, 1)
    assert (fault.line, fault.column, fault.value) == (3, column, value)
    assert mend in fault.detail


def test_faults_of_reading_and_of_meaning_come_in_the_order_of_the_file() -> None:
    report = Watching().take("HP-999,https://c1.example/a,", "HP-100,,", "HP-999,https://c1.example/b,")

    assert [one.line for one in report.faults] == [2, 3, 4]


def test_the_same_file_again_changes_nothing() -> None:
    watching = Watching()
    rows = ["HP-100,https://c1.example/a,exact", "HP-200,https://c1.example/b,exact"]
    watching.take(*rows)
    before = dict(watching.offers.kept)

    report = watching.take(*rows)

    assert (report.accepted, watching.offers.kept) == (2, before)


def test_no_organisation_watches_with_the_products_or_competitors_of_another() -> None:
    watching = Watching()

    report = watching.take("HP-100,https://c1.example/a,exact", organisation_id="rival")

    assert (report.accepted, watching.offers.kept) == (0, {})


def test_a_file_of_another_kind_is_refused_as_a_whole() -> None:
    with pytest.raises(UnreadableFile, match="lacks: url"):
        Watching().take("HP-100,https://c1.example/a", header="sku,link")

    with pytest.raises(UnreadableFile, match="send it in parts"):
        Watching().take(*["HP-999,https://c1.example/a,"] * (LARGEST_FILE_ROWS + 1))


def test_the_newest_word_on_an_offer_stands_and_is_counted() -> None:
    watching = Watching()
    watching.take("HP-100,https://c1.example/a,exact", "HP-200,https://c1.example/b,equivalent")

    report = watching.take("HP-100,https://c1.example/a,substitute", "HP-200,https://c1.example/b,equivalent")

    assert (report.accepted, report.changed) == (2, 1)
    assert sorted(one.match_type for one in watching.offers.kept.values()) == ["equivalent", "substitute"]


def test_a_row_that_says_no_match_type_changes_none() -> None:
    watching = Watching()
    watching.take("HP-100,https://c1.example/a,substitute")

    report = watching.take("HP-100,https://c1.example/a,")

    assert (report.accepted, report.changed) == (1, 0)
    assert [one.match_type for one in watching.offers.kept.values()] == ["substitute"]
