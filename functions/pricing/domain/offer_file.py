"""Reading a file of offers: which product stands on which page of a competitor, and how alike the two are."""

from difflib import get_close_matches
from typing import cast, get_args

from pricing.domain.market import MatchType
from pricing.domain.offer_draft import OfferDraft
from shared.kernel.public_url import LONGEST_URL
from shared.kernel.tables import BadCell, Layout, Row, RowFault, TableRead, fault, read_table

LARGEST_FILE_ROWS = 10_000
MATCH_TYPES: tuple[str, ...] = get_args(MatchType.__value__)
LAYOUT = Layout(
    columns=("sku", "url", "match_type", "competitor_id"),
    required=("sku", "url"),
    most_rows=LARGEST_FILE_ROWS,
    longest={"url": LONGEST_URL},
)

type OfferRow = tuple[Row, OfferDraft]


def read_offers(text: str, shop_id: str) -> TableRead[OfferRow]:
    """Read the rows of a CSV file `sku,url,match_type`.

    A row without a match type is an exact match, or what it was where the offer is watched already.
    The competitor may stand in a column `competitor_id`; where it does not, the page's domain says who it is.
    """
    lines: dict[tuple[str, str], int] = {}

    def parse(row: Row) -> OfferRow:
        draft = OfferDraft(
            shop_id=shop_id,
            sku=row.required("sku", "say which product of yours it is"),
            competitor_id=row.text("competitor_id"),
            url=row.required("url", "say where the offer stands"),
            match_type=_match_type(row.text("match_type")),
            said=frozenset({"match_type"} if row.text("match_type") else ()),
        )
        key = draft.sku, draft.url
        if key in lines:
            raise BadCell("url", f"line {lines[key]} has this SKU and page already; keep one of the two")
        lines[key] = row.line
        return row, draft

    return read_table(text, LAYOUT, parse)


def refused(row: Row, column: str, detail: str) -> RowFault:
    """What is wrong in a row that was read well, and told by its place in the file."""
    return fault(row, BadCell(column, detail), LAYOUT)


def _match_type(text: str | None) -> MatchType:
    said = (text or "exact").lower().replace("-", "_").replace(" ", "_")
    if said not in MATCH_TYPES:
        close = get_close_matches(said, MATCH_TYPES, n=1)
        hint = f"did you mean «{close[0]}»? " if close else ""
        raise BadCell("match_type", f"{hint}write one of {', '.join(MATCH_TYPES)}, or leave it empty for exact")
    return cast(MatchType, said)
