"""One product, one rule, and what both the kernel and the law decide."""

from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from pricing.domain.kernel.decide import decide
from pricing.domain.plan import BoundsPlan, Ending, EndingPlan, Line, Plan, Reference, RulePlan, valid_range
from tests.oracle.columns import a_batch, verdicts
from tests.oracle.court import judge
from tests.oracle.judge import Goods, Seen, Verdict

NINETY_NINE = EndingPlan(endings=(Ending(99, 100),))


def seen(price: str, shipping: str = "0", **changes: Any) -> Seen:
    """A competitor's offer in stock, read now."""
    item = Decimal(price)
    return Seen(**{"item": item, "landed": item + Decimal(shipping), **changes})


def goods(price: str | None = None, *offers: Seen, **changes: Any) -> Goods:
    """A product with offers; amounts by text."""
    amounts: dict[str, Any] = {
        name: Decimal(value) if isinstance(value, str) else value for name, value in changes.items()
    }
    return Goods(price=None if price is None else Decimal(price), offers=offers, **amounts)


def reference(kind: Any, **changes: Any) -> Reference:
    """A reference of that kind."""
    return Reference(kind=kind, **changes)


def line(kind: Any = "lowest", relation: Any = "equal", *, money: int | None = None, ppm: int | None = None) -> Line:
    """A line on a plain reference."""
    return Line(
        reference=kind if isinstance(kind, Reference) else reference(kind), relation=relation, money=money, ppm=ppm
    )


def bounds(**changes: Any) -> BoundsPlan:
    """Bounds of EUR with nothing but the valid range."""
    low, high = valid_range(2)
    return BoundsPlan(**{"valid_low": low, "valid_high": high, **changes})


def a_rule(*lines: Line, **changes: Any) -> RulePlan:
    """A rule that matches the lowest landed price, unless told otherwise."""
    named = {one.name for one in fields(BoundsPlan)}
    inside = {name: changes.pop(name) for name in list(changes) if name in named}
    return RulePlan(**{"name": "rule", "lines": lines or (line(),), "bounds": bounds(**inside), **changes})


def decided(product: Goods, rule: RulePlan, *, currency: str = "EUR", digits: int = 2, finer: int = 0) -> Verdict:
    """What the kernel decides; that the law says the same of every field is checked on the way."""
    plan = Plan(currency=currency, minor_digits=digits, rules=(rule,))
    batch = a_batch([product], plan, finer=finer)
    (made,) = verdicts(decide(batch), batch)
    assert in_units(made, batch.tick) == in_units(judge(product, plan), batch.tick)
    return made


def in_units(verdict: Verdict, tick: int) -> dict[str, object]:
    """A verdict's fields. The kernel shows a reference in whole units, and one that is there as at least one."""
    said: dict[str, object] = {one.name: getattr(verdict, one.name) for one in fields(Verdict)}
    units: Fraction = verdict.reference * tick
    said["reference"] = max(floor(units), 1) if units > 0 else 0
    return said


def euros(verdict: Verdict) -> str:
    """The decided price as it is charged."""
    return f"{Decimal(int(verdict.price)).scaleb(-2)}"
