"""The table of rules: every row says where it stands, and the page that people read says the same."""

from pricing.domain.promotions.law import BelowCostRule, PriorPriceRule, the_law
from tests.builders.events import ROOT

LAW = the_law()
ROWS: list[PriorPriceRule | BelowCostRule] = [*LAW.prior_price.values(), *LAW.below_cost.values()]
PAGE = (ROOT / "docs" / "promotions.md").read_text(encoding="utf-8")


def test_every_rule_says_where_it_stands_and_when_it_was_read() -> None:
    for one in ROWS:
        source = one.source
        assert source.law, one
        assert source.note, one
        # What nobody read forbids nothing.
        assert source.checked or "not checked" in f"{source.law} {source.note}".lower(), one
        assert source.checked is None or source.url.startswith("http"), one
    assert all(one.source.checked for one in LAW.below_cost.values() if one.severity == "error")


def test_a_country_without_a_row_has_the_directives_rule_and_a_warning() -> None:
    for country in (None, "LV", "US"):
        assert LAW.prior_price_in(country).country == "EU"
        assert LAW.below_cost_in(country).severity == "warning"
    assert LAW.prior_price_in("PL").progressive == "each"
    assert {name for name, one in LAW.below_cost.items() if one.severity == "error"} == {"BE", "FR", "PT"}


def test_the_page_shows_every_row_and_its_source() -> None:
    for one in ROWS:
        if one.country not in {"EU", "*"}:
            assert f"| {one.country} |" in PAGE, one
        assert one.source.url in PAGE, one
    for one in LAW.below_cost.values():
        if one.country != "*":
            row = next(
                line for line in PAGE.splitlines() if line.startswith(f"| {one.country} | {_said(one.severity)}")
            )
            assert one.source.url in row


def _said(severity: str) -> str:
    return "blocked" if severity == "error" else "warning"
