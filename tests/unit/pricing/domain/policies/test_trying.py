"""A policy's own tests: each is decided as a real product would be, and says what it expected and got."""

from dataclasses import replace
from decimal import Decimal

from pricing.domain.decisions.deciding import decide
from pricing.domain.policies.cases import Case, Expected, GivenOffer, GivenProduct
from pricing.domain.policies.compiling import compiled
from pricing.domain.policies.parts import Bounds
from pricing.domain.policies.trying import Tried, tried
from tests.builders.policies import a_document, a_rule

PRODUCT = GivenProduct(price=Decimal("99.99"), cost=Decimal(60))
OFFER = GivenOffer(competitor="c1", price=Decimal("95.00"))
CASE = Case(name="one", product=PRODUCT, offers=(OFFER,), expect=Expected(price=Decimal("94.05"), reason="BEAT_LOWEST"))


def run(case: Case, **bounds: Decimal) -> Tried:
    rule = a_rule(bounds=Bounds(**({"min_price": Decimal(10)} | bounds)))  # type: ignore[arg-type]  # amounts by name
    (result,) = tried(compiled(a_document(rule, tests=(case,))), decide)
    return result


def test_a_test_that_holds() -> None:
    result = run(CASE)
    assert (result.name, result.passed) == ("one", True)
    assert result.got == {"price": "94.05", "reason": "BEAT_LOWEST"}


def test_a_test_that_fails_says_what_it_expected_and_got_and_shows_the_steps() -> None:
    result = run(CASE, min_price=Decimal("98.50"))
    assert not result.passed
    assert result.expected == {"price": "94.05", "reason": "BEAT_LOWEST"}
    assert result.got == {"price": "98.50", "reason": "HOLD_FLOOR"}
    assert len(result.steps) == 11


def test_amounts_are_compared_as_numbers() -> None:
    assert run(replace(CASE, expect=Expected(price=Decimal("94.050")))).passed


def test_every_field_can_be_expected() -> None:
    expect = Expected(rule="all", binding="policy min", route="auto")
    assert run(replace(CASE, expect=expect), min_price=Decimal("98.50")).got["rule"] == "all"


def test_what_is_given_of_offers_counts() -> None:
    for ignored in (
        replace(OFFER, availability="out_of_stock"),
        replace(OFFER, age_hours=Decimal(25)),
        replace(OFFER, match_type="substitute"),
        replace(OFFER, ours=True),
        replace(OFFER, quarantined=True),
    ):
        result = run(replace(CASE, offers=(ignored,), expect=Expected(price=Decimal("99.99"))))
        assert result.passed, ignored


def test_what_stands_about_a_product_counts() -> None:
    for given, reason in (
        (replace(PRODUCT, locked=True), "LOCKED"),
        (replace(PRODUCT, in_promotion=True), "IN_PROMOTION"),
        (replace(PRODUCT, in_loop=True), "LOOP_DETECTED"),
    ):
        result = run(replace(CASE, product=given, expect=Expected(price=Decimal("99.99"), reason=reason)))
        assert result.passed, result.got


def test_an_offer_without_a_price_was_never_read() -> None:
    result = run(replace(CASE, offers=(replace(OFFER, price=None),), expect=Expected(reason="NO_COMPETITION")))
    assert result.passed
    assert "1 unread" in result.steps[0].after


def test_a_price_war_ends_where_the_test_says() -> None:
    product = replace(PRODUCT, in_loop=True, loop_ends_at=Decimal("92.00"))
    assert run(replace(CASE, product=product, expect=Expected(price=Decimal(92), reason="LOOP_DETECTED"))).passed
