"""Every row of the page «What happens if …» is what happens, and what the law in fractions says of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pricing.adapters.policy_text import read_policy
from pricing.domain.decision import Decision, ReasonCode
from pricing.domain.decisions.columns import built
from pricing.domain.decisions.deciding import decide
from pricing.domain.decisions.inputs import inputs_of
from pricing.domain.decisions.subjects import Subject
from pricing.domain.kernel.decide import decide as kernel
from pricing.domain.market import Competitor
from pricing.domain.policies.checking import findings
from pricing.domain.policies.compiled import Compiled
from pricing.domain.policies.compiling import compile_policy, compiled
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.policies.trying import tried
from tests.builders.kernel import in_units
from tests.oracle.columns import goods_of, verdicts
from tests.oracle.court import judge_all

PAGE = Path("docs/policy-behaviour.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
COMPETITORS = ("amazon", "c1", "c2", "c3", "c9")
USUAL_RULE = "follow: [{reference: lowest}]"
USUAL_PRODUCT = "price: 85.00, cost: 10.00, min_price: 20.00"
USUAL_OFFERS = "{competitor: c1, price: 80.00}, {competitor: c2, price: 90.00}, {competitor: c3, price: 120.00}"
DECIDED = {"case", "rule", "product", "offers", "price", "reason", "route"}
FOUND = {"case", "policy", "found"}
PROVEN = {"case", "proven by"}
LISTED = {"id", "reference"}
FRAME = """\
name: Cell
shop: demo-eu
currency: EUR
defaults: {{routing: {{auto_within_percent: 10}}}}
rules: [{rules}]
tests: [{tests}]
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of the page: its section, the number of its line, its cells by their heads."""

    section: str
    line: int
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.section} {self.line} {self.cells.get('case', '')}"


def rows() -> Iterator[Row]:
    section, heads = "", list[str]()
    for number, line in enumerate(PAGE.splitlines(), start=1):
        if line.startswith("## "):
            section, heads = line[3:], []
        elif not line.startswith("|"):
            heads = []
        elif not heads:
            heads = _cells(line)
        elif not line.startswith("|---"):
            cells = _cells(line)
            assert len(cells) == len(heads), f"line {number} of the page has {len(cells)} cells"
            yield Row(section, number, dict(zip(heads, cells, strict=True)))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


ROWS = tuple(rows())
CELLS = tuple(row for row in ROWS if row.cells.keys() >= DECIDED)
MARKET = tuple(row.cells["reference"].strip("`") for row in ROWS if row.cells.keys() == LISTED)


def document_of(row: Row, reference: str = "") -> PolicyDocument:
    return read_policy(text_of(row, reference).encode(), yaml=True)


def text_of(row: Row, reference: str = "") -> str:
    written = (row.cells.get("rule") or row.cells.get("policy") or "").strip("`")
    given = [part.strip("`") for part in row.cells.get("product", "").split(" beside ")]
    offers = row.cells.get("offers", "").replace("`", "") or USUAL_OFFERS
    expect = [f"{name}: '{row.cells[name]}'" for name in ("price", "reason", "route") if row.cells.get(name)]
    expect += [f"rule: {row.cells['takes']}"] if row.cells.get("takes") else []
    beside = ", ".join(f"{{{one}}}" for one in given[1:])
    test = (
        f"{{name: cell, product: {{{given[0] or USUAL_PRODUCT}}}, offers: [{'' if offers == '—' else offers}], "
        f"beside: [{beside}], expect: {{{', '.join(expect)}}}}}"
    )
    return FRAME.format(rules=rules_of(written, reference), tests=test if "price" in row.cells else "")


def rules_of(written: str, reference: str) -> str:
    if written.startswith("{"):
        return written
    follow = reference or ("" if "follow:" in written else USUAL_RULE)
    return "{name: cell, " + ", ".join(part for part in (follow, written) if part) + "}"


def check(row: Row, reference: str = "") -> None:
    flags: list[tuple[str, ...]] = []

    def deciding(
        rules: Compiled, subjects: Sequence[Subject], competitors: Mapping[str, Competitor], at: datetime
    ) -> list[Decision]:
        batch = built(rules, inputs_of(subjects, competitors, at)).batch
        said, law = verdicts(kernel(batch), batch), judge_all(goods_of(batch), batch.plan)
        assert [in_units(one, batch.tick) for one in said] == [in_units(one, batch.tick) for one in law]
        made = decide(rules, subjects, competitors, at)
        flags.append(made[0].flags)
        return made

    (result,) = tried(compiled(document_of(row, reference)), deciding)
    assert result.passed, (row.line, text_of(row, reference), result)
    if "flag" in row.cells:
        assert ("guard unknown" in flags[0]) == bool(row.cells["flag"]), row
        assert row.cells["flag"] in {"", "guard unknown"}


@pytest.mark.parametrize("row", [row for row in CELLS if row.section != "The market"], ids=str)
def test_a_row_is_what_happens(row: Row) -> None:
    check(row)


@pytest.mark.parametrize("reference", MARKET)
@pytest.mark.parametrize("row", [row for row in CELLS if row.section == "The market"], ids=str)
def test_a_row_of_the_market_is_what_happens_whatever_of_it_is_followed(row: Row, reference: str) -> None:
    check(row, reference)


@pytest.mark.parametrize("row", [row for row in ROWS if row.cells.keys() == FOUND], ids=str)
def test_a_policy_is_refused_or_warned_of_by_that_name(row: Row) -> None:
    found = findings(compile_policy(document_of(row)), (), COMPETITORS, NOW)
    wanted = set() if row.cells["found"] == "nothing" else {row.cells["found"]}
    assert {one.code for one in found} == wanted, found


@pytest.mark.parametrize("row", [row for row in ROWS if row.cells.keys() == PROVEN], ids=str)
def test_what_is_proven_elsewhere_is_proven_there(row: Row) -> None:
    path, _, name = row.cells["proven by"].strip("`").partition("::")
    assert re.search(rf"^def {name}\(", Path(path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_row_of_the_page_is_run_by_one_of_these_tests() -> None:
    odd = [row.line for row in ROWS if not (row.cells.keys() >= DECIDED or row.cells.keys() in (FOUND, PROVEN, LISTED))]
    assert odd == []
    assert len({(row.section, str(row.cells)) for row in ROWS}) == len(ROWS)


def test_every_feature_has_its_table() -> None:
    features = [*(f"E{number}" for number in range(1, 28)), *(f"F{number}" for number in range(1, 11))]
    sections = {row.section.split()[0] for row in ROWS}
    assert [one for one in features if one not in sections] == []


def test_every_reason_route_and_word_of_a_policy_has_a_row() -> None:
    assert {row.cells["reason"] for row in CELLS} == {code.value for code in ReasonCode}
    assert {row.cells["route"] for row in CELLS} == {"none", "auto", "review", "manager", "quarantine"}


def test_what_the_page_says_a_cell_leaves_empty_is_what_is_run() -> None:
    for usual in (USUAL_RULE, USUAL_PRODUCT, USUAL_OFFERS):
        assert f"`{usual}`" in PAGE
