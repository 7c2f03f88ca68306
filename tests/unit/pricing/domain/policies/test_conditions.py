"""Conditions say the same for one product and for many, and what is called unreachable never decides."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain.errors import InvalidPolicy
from pricing.domain.market import ProductFacts
from pricing.domain.policies import compiled as compiled_module
from pricing.domain.policies.boxes import TooLarge, boxes
from pricing.domain.policies.compiling import compile_policy, compiled
from pricing.domain.policies.conditions import holder, mask
from pricing.domain.policies.document import Condition
from pricing.domain.policies.fact_columns import FactColumns
from pricing.domain.policies.reaching import unreachable
from pricing.domain.policies.regions import Work, region
from tests.builders.policies import a_document, a_rule, where
from tests.builders.pricing import some_facts

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
MUCH = Work(10**12)
AMOUNTS = st.sampled_from(["1", "1.5", "2", "2.000001", "2.0000001", "3", "10", "999999999999.999"]).map(Decimal)
COUNTS = st.integers(-1, 4)
TEXTS = st.sampled_from(["a", "b", "B", "a > b", ""])
PATHS = st.sampled_from(["Home", "Home > Audio", "Home > Audio > TV", "Homes", "Home >", "Home >>", "Garden"])
TAGS = st.sampled_from(["kvi", "new", "tail"])

PRODUCTS = st.builds(
    lambda price, **facts: some_facts(None if price is None else str(price), **facts),
    brand=st.none() | TEXTS,
    category=st.none() | PATHS,
    tags=st.lists(TAGS, max_size=2).map(tuple),
    price=st.none() | AMOUNTS,
    cost=st.none() | AMOUNTS,
    stock=st.none() | COUNTS,
)


def leaves() -> st.SearchStrategy[Condition]:
    def tests(field: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
        limits = st.fixed_dictionaries({}, optional=dict.fromkeys(("lt", "lte", "gt", "gte"), values.map(Decimal)))
        return (
            limits.filter(bool).map(lambda limit: where(field, **limit))
            | values.map(lambda value: where(field, eq=str(value)))
            | st.lists(values.map(str), min_size=1, max_size=3).map(lambda some: where(field, in_=tuple(some)))
            | st.booleans().map(lambda there: where(field, exists=there))
        )

    limits = st.sampled_from(["1", "1.5", "2", "2.000001", "3", "50"]).map(Decimal)
    texts = TEXTS.filter(bool).map(lambda text: where("brand", eq=text)) | st.just(where("brand", exists=False))
    paths = PATHS.map(lambda path: where("category", under=path)) | PATHS.map(lambda path: where("category", eq=path))
    tags = TAGS.map(lambda tag: where("tags", has=tag)) | st.booleans().map(lambda there: where("tags", exists=there))
    return st.one_of(
        tests("price", limits), tests("margin_percent", limits), tests("stock", COUNTS), texts, paths, tags
    )


CONDITIONS = st.recursive(
    leaves(),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda some: Condition(all_=tuple(some)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda some: Condition(any_=tuple(some)))
        | inner.map(lambda one: Condition(not_=one))
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.lists(PRODUCTS, max_size=8))
def test_columns_and_one_product_agree(condition: Condition, products: list[ProductFacts]) -> None:
    one = holder(condition)
    assert mask(condition, FactColumns(products)).tolist() == [one(facts) for facts in products]


@given(st.lists(st.none() | CONDITIONS, min_size=1, max_size=5), st.lists(PRODUCTS, max_size=40))
def test_the_first_rule_that_holds_decides_and_an_unreachable_one_never(
    conditions: list[Condition | None], products: list[ProductFacts]
) -> None:
    rules = [a_rule(name=str(number), when=condition) for number, condition in enumerate(conditions)]
    made = compile_policy(a_document(*rules)).compiled
    assert made is not None
    one_by_one = [made.rules_of([facts], NOW)[0] for facts in products]
    assert made.rules_of(products, NOW) == one_by_one
    assert not set(one_by_one) & set(unreachable(rules))


@given(CONDITIONS)
def test_a_condition_and_its_opposite_leave_nothing(condition: Condition) -> None:
    rules = [a_rule(name="is", when=condition), a_rule(name="not", when=Condition(not_=condition)), a_rule(name="rest")]
    try:
        large = len(boxes(condition, MUCH)) + len(boxes(condition, MUCH, holds=False)) > 12
    except TooLarge:
        large = True
    assert large or 2 in unreachable(rules)


@given(st.sampled_from([where("stock", lt=Decimal(5)), where("price", gte=Decimal(2)), where("price", exists=True)]))
def test_the_rest_of_the_rest_is_the_region(condition: Condition) -> None:
    made = region(condition, str(condition.field), MUCH)
    assert made.rest().rest() == made
    assert made.meet(made.rest()).is_empty


def test_many_products_go_by_columns() -> None:
    document = a_document(a_rule(name="a", when=where("brand", eq="x")), a_rule(name="b", when=where("brand", eq="y")))
    products = [some_facts(brand=brand) for brand in ("x", "y", None)] * compiled_module.FEW
    assert compiled(document).rules_of(products, NOW) == [0, 1, -1] * compiled_module.FEW


def test_a_rule_that_follows_nothing_leaves_its_products_alone() -> None:
    document = a_document(a_rule(name="by hand", when=where("tags", has="by hand"), follow=()), a_rule(name="rest"))
    assert compiled(document).rules_of([some_facts(tags=("by hand",)), some_facts()], NOW) == [-1, 1]


@pytest.mark.parametrize(
    ("condition", "pointer", "words"),
    [
        (where("colour", eq="red"), "/rules/0/when/field", "no field «colour»"),
        (where("brnad", eq="x"), "/rules/0/when/field", "did you mean «brand»?"),
        (where("competitor_cost", lt=Decimal(1)), "/rules/0/when/field", "neither our own nor public"),
        (where("customer_city", eq="x"), "/rules/0/when/field", "where or who the buyer is"),
        (where("brand", lt=Decimal(1)), "/rules/0/when/lt", "takes no «lt»"),
        (where("tags", eq="kvi"), "/rules/0/when/eq", "use one of exists, has"),
        (where("price", eq="cheap"), "/rules/0/when/eq", "is no number"),
        (where("price", lt=Decimal("1.0000001")), "/rules/0/when/lt", "more decimals"),
        (where("stock", lt=Decimal("1.5")), "/rules/0/when/lt", "more decimals"),
        (where("price"), "/rules/0/when", "nothing is asked"),
        (where("price", eq="5", lt=Decimal(3)), "/rules/0/when", "things at once"),
        (Condition(), "/rules/0/when", "says nothing"),
        (Condition(any_=(where("price", exists=True),), field="price"), "/rules/0/when", "any and field"),
        (Condition(not_=where("colour", eq="x")), "/rules/0/when/not/field", "no field"),
        (Condition(all_=(where("sku", eq="x"), where("colour", eq="x"))), "/rules/0/when/all/1/field", "no field"),
    ],
)
def test_what_cannot_be_asked_does_not_compile(condition: Condition, pointer: str, words: str) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        compiled(a_document(a_rule(when=condition)))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert words in refused.value.faults[0].detail
