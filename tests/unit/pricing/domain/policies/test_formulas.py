"""Formulas are exact, checked before they are saved, and read nothing but our own numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.formulas import BadFormula, formula
from pricing.domain.policies.parts import Line
from tests.builders.policies import a_document, a_rule
from tests.builders.pricing import some_facts

VALUES = {"cost": Fraction(10), "price": Fraction(30), "stock": None, "msrp": Fraction(0)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cost * 1.25 + 2", Fraction("14.5")),
        ("cost × 1.25 + 2 ÷ 4", Fraction("13")),
        ("(cost + price) / 3", Fraction(40, 3)),
        ("price - cost - 5", Fraction(15)),
        ("price / cost / 3", Fraction(1)),
        ("-cost + price", Fraction(20)),
        ("cost - -2", Fraction(12)),
        ("cost * stock", None),
        ("cost / msrp", None),
    ],
)
def test_a_formula_is_computed_exactly(text: str, value: Fraction | None) -> None:
    assert formula(text).of(VALUES) == value


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("cost +", "BAD_FORMULA", "ends where"),
        ("(cost", "BAD_FORMULA", "never closed"),
        ("cost)", "BAD_FORMULA", "«)» stands"),
        ("cost ** 2", "BAD_FORMULA", "«*» stands"),
        ("cost % 2", "BAD_FORMULA", "no part of a formula"),
        ("", "BAD_FORMULA", "empty"),
        ("5 + 5", "BAD_FORMULA", "reads no field"),
        ("__import__ + 1", "UNKNOWN_FIELD", "no number of a product"),
        ("costs * 2", "UNKNOWN_FIELD", "did you mean «cost»?"),
        ("competitor_cost * 2", "NOT_PUBLIC", "neither our own nor public"),
        ("cost * zip_code", "BIASED", "where or who the buyer is"),
        ("(" * 30 + "cost" + ")" * 30, "BAD_FORMULA", "deep"),
        ("-" * 30 + "cost", "BAD_FORMULA", "deep"),
        ("cost + " * 100 + "cost", "BAD_FORMULA", "too long"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_refused(text: str, code: str, words: str) -> None:
    with pytest.raises(BadFormula) as refused:
        formula(text)
    assert refused.value.code == code
    assert words in refused.value.detail


def test_columns_of_formulas_and_channels_are_minor_units_rounded_down() -> None:
    lines = (
        Line(reference="formula", formula="cost / 3"),
        Line(reference="channel", channel="demo-us"),
        Line(reference="formula", formula="cost - 100"),
    )
    made = compiled(a_document(a_rule(follow=lines)))
    products = [some_facts(cost=Decimal(10)), some_facts(product_id="other", cost=None)]
    assert made.channels == ("demo-us",)
    assert made.formulas_of(products, {"prd": {"demo-us": Decimal("12.349")}}) == {
        "formula:cost / 3": [333, 0],
        "formula:cost - 100": [0, 0],
        "channel:demo-us": [1234, 0],
    }
    assert [line.reference.formula for line in made.plan.rules[0].lines][1] == "channel:demo-us"
