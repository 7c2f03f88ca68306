"""Faults to plant in clean policies: each takes a policy with its products, and gives it back with one fault."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from pricing.domain.market import ProductFacts
from pricing.domain.policies.cases import Case, Expected, GivenProduct
from pricing.domain.policies.document import Condition, PolicyDocument, Rule
from pricing.domain.policies.parts import Bounds, Competitors, Ending, Hours, Line, Schedule, Sleep
from tests.builders.policies import a_rule, where
from tests.builders.pricing import some_facts

type Products = list[ProductFacts]
type Planted = tuple[PolicyDocument, Products]


def changed(document: PolicyDocument, place: int, **changes: object) -> PolicyDocument:
    rules = list(document.rules)
    rules[place] = replace(rules[place], **changes)  # type: ignore[arg-type]  # fields by name
    return replace(document, rules=tuple(rules))


def first_brand(document: PolicyDocument) -> str:
    condition = document.rules[0].when
    assert condition is not None
    return str(condition.all_[0].eq)


def inserted(document: PolicyDocument, rule: Rule, place: int) -> PolicyDocument:
    return replace(document, rules=(*document.rules[:place], rule, *document.rules[place:]))


def unreachable(document: PolicyDocument, products: Products) -> Planted:
    twin = replace(document.rules[0], name="twin", when=where("brand", eq=first_brand(document)))
    narrowed = replace(
        twin, when=Condition(all_=(where("brand", eq=first_brand(document)), where("price", gt=Decimal(5))))
    )
    return inserted(document, narrowed, 1), products


def after_everything(document: PolicyDocument, products: Products) -> Planted:
    return inserted(document, a_rule(name="late", when=where("stock", gt=Decimal(3))), len(document.rules)), products


def never_holds(document: PolicyDocument, products: Products) -> Planted:
    both = Condition(all_=(where("price", gt=Decimal(9)), where("price", lt=Decimal(9))))
    return inserted(document, a_rule(name="never", when=both), 0), products


def contradictory(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, bounds=Bounds(min_price=Decimal(130), max_price=Decimal(129))), products


def contradictory_product(document: PolicyDocument, products: Products) -> Planted:
    crossed = some_facts("50", product_id="x", sku="CROSSED", brand="Zed", min_price=Decimal(60), max_price=Decimal(40))
    return document, [*products, crossed]


def no_floor(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, -1, bounds=None), [*products, some_facts("5", sku="BARE", brand="Zed")]


def no_cost(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, -1, bounds=Bounds(min_margin_percent=Decimal(20))), [
        *products, some_facts("5", sku="BARE", brand="Zed"),
    ]  # fmt: skip


def overlapping(document: PolicyDocument, products: Products) -> Planted:
    wide = a_rule(name="wide", when=where("price", gte=Decimal(1)))
    return inserted(document, wide, len(document.rules) - 1), products


def not_public(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, when=where("competitor_cost", lt=Decimal(9))), products


def not_public_formula(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, follow=(Line(reference="formula", formula="rival_margin * 2"),)), products


def unknown_field(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, when=where("colour", eq="red")), products


def impossible_ending(document: PolicyDocument, products: Products) -> Planted:
    narrow = Bounds(min_price=Decimal("20.10"), max_price=Decimal("20.80"))
    return changed(document, 0, bounds=narrow, ending=Ending(endings=(".99",))), products


def circle(document: PolicyDocument, products: Products) -> Planted:
    first = replace(document.rules[0], fallback=(Line(reference="rule", rule=document.rules[1].name),))
    second = replace(document.rules[1], fallback=(Line(reference="rule", rule=first.name),))
    return replace(document, rules=(first, second, *document.rules[2:])), products


def unknown_competitor(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, competitors=Competitors(only=("c4",))), products


def unknown_rule(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, fallback=(Line(reference="rule", rule="nobody"),)), products


def other_currency(document: PolicyDocument, products: Products) -> Planted:
    return replace(document, currency="USD"), products


def shut(document: PolicyDocument, products: Products) -> Planted:
    monday = date(2026, 11, 23)
    return changed(document, 0, schedule=Schedule(from_=monday, until=monday, weekdays=("tuesday",))), products


def asleep(document: PolicyDocument, products: Products) -> Planted:
    hours = Schedule(hours=Hours(from_=time(22), to=time(4)))
    return changed(document, 0, schedule=hours, sleep=Sleep(from_=time(21), to=time(5))), products


def over(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, schedule=Schedule(until=date(2026, 11, 22))), products


def bad_test(document: PolicyDocument, products: Products) -> Planted:
    case = Case(name="a", product=GivenProduct(), expect=Expected(reason="HOLD_FLOR"))
    return replace(document, tests=(case,)), products


def agreed(document: PolicyDocument, products: Products) -> Planted:
    return replace(document, description="prices as agreed with our competitors"), products


def signalled(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, name="signal to rivals that we follow"), products


def by_place(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, when=where("customer_postcode", eq="8000")), products


def by_person(document: PolicyDocument, products: Products) -> Planted:
    return changed(document, 0, follow=(Line(reference="formula", formula="cost * household_income"),)), products


FAULTS: dict[str, tuple[str, Callable[[PolicyDocument, Products], Planted]]] = {
    "unreachable": ("UNREACHABLE_RULE", unreachable),
    "after everything": ("UNREACHABLE_RULE", after_everything),
    "never holds": ("NEVER_HOLDS", never_holds),
    "contradictory": ("CONTRADICTORY_BOUNDS", contradictory),
    "contradictory product": ("CONTRADICTORY_BOUNDS", contradictory_product),
    "no floor": ("NO_FLOOR", no_floor),
    "no cost": ("NO_FLOOR", no_cost),
    "overlap": ("OVERLAP", overlapping),
    "not public": ("NOT_PUBLIC", not_public),
    "formula not public": ("NOT_PUBLIC", not_public_formula),
    "unknown field": ("UNKNOWN_FIELD", unknown_field),
    "ending": ("ENDING_NEVER_FITS", impossible_ending),
    "circle": ("CYCLIC_FALLBACK", circle),
    "unknown competitor": ("UNKNOWN_COMPETITOR", unknown_competitor),
    "unknown rule": ("UNKNOWN_RULE", unknown_rule),
    "currency": ("CURRENCY_MISMATCH", other_currency),
    "shut": ("SCHEDULE_NEVER_OPEN", shut),
    "asleep": ("SCHEDULE_NEVER_OPEN", asleep),
    "over": ("SCHEDULE_OVER", over),
    "agreed": ("ANTI_COMPETITIVE", agreed),
    "signalled": ("ANTI_COMPETITIVE", signalled),
    "by place": ("BIASED", by_place),
    "by person": ("BIASED", by_person),
    "bad test": ("BAD_TEST", bad_test),
}
