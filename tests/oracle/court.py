"""The law for products together: wishes, families that get one price, what stands against a price, who looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from pricing.domain.plan import Line, Plan, RulePlan
from tests.oracle.judge import LOWER_ORDER, SAYS, UPPER_ORDER, Aim, Goods, Held, Judge, Verdict

OBJECTS = {
    "LOCK": "LOCKED",
    "PROMOTION": "IN_PROMOTION",
    "BELIEF": "QUARANTINED",
    "BELOW_COST": "COMPLIANCE_BLOCK",
    "BELOW_MAP": "COMPLIANCE_BLOCK",
    "FREEZE": "LOCKED",
    "LOOP": "LOOP_DETECTED",
    "SCHEDULE": "MIN_GAP",
    "MIN_GAP": "MIN_GAP",
    "SMALLEST_MOVE": "BELOW_MIN_MOVE",
}
"""What stands against a price and what is said then, the strongest first."""
STRICTEST = ("NONE", "AUTO", "REVIEW", "MANAGER")


@dataclass(slots=True)
class Matter:
    """One product on its way: what it aims at, or what holds it."""

    one: Judge
    aim: Aim | None = None
    held: Held | None = None
    price: int = 0
    moved_by: str = "NONE"
    route: str = "NONE"
    in_family: bool = False

    @property
    def apart(self) -> bool:
        return bool(self.one.goods.marks & {"LOCKED", "IN_PROMOTION"})


def judge(goods: Goods, plan: Plan) -> Verdict:
    """What the law says about one product."""
    return judge_all([goods], plan)[0]


def judge_all(goods: Sequence[Goods], plan: Plan) -> list[Verdict]:
    """What the law says about products that are decided together."""
    matters = [None if one.rule < 0 else _opened(Judge(one, plan)) for one in goods]
    for family in _families([one for one in matters if one is not None]):
        if family[0].one.rule.same_price is not None and family[0].one.goods.family >= 0 and not family[0].apart:
            _agree(family)
        _finish(family)
    return [_unruled(one, plan) if made is None else _said(made) for one, made in zip(goods, matters, strict=True)]


def _unruled(goods: Goods, plan: Plan) -> Verdict:
    return Verdict(price=Fraction(goods.price or 0) * 10**plan.minor_digits, reason="NONE")


def _opened(one: Judge) -> Matter:
    made = Matter(one)
    try:
        if "OTHER_CURRENCY" in one.goods.marks:
            raise Held("CURRENCY", "BOUNDS_CONFLICT")
        by_cost = any(line.reference.kind == "cost_plus" for line in one.rule.lines)
        bounds = one.rule.bounds
        floors = (bounds.min_margin_ppm, bounds.min_markup_ppm, bounds.min_profit)
        if (by_cost or any(floor is not None for floor in floors)) and not one.cost:
            raise Held("COST", "MISSING_COST")
        made.aim = one.goal()
        if "LOOPING" in one.goods.marks and (ends := one.amount(one.goods.settles)):
            made.aim, one.because = Aim(floor(ends)), "LOOP"
    except Held as held:
        made.held = held
    return made


def _families(matters: Iterable[Matter]) -> list[list[Matter]]:
    """Families under one rule; everything that stands alone is a family of one."""
    found: dict[object, list[Matter]] = {}
    for made in matters:
        goods = made.one.goods
        alone = goods.family < 0 or made.apart or made.one.rule.same_price is None
        found.setdefault(id(made) if alone else (goods.rule, goods.family), []).append(made)
    return list(found.values())


def _agree(family: list[Matter]) -> None:
    """One target and the bounds of all."""
    for made in family:
        made.in_family = len(family) > 1
    for stop in ("CURRENCY", "COST"):
        stops = [made.held for made in family if made.held and made.held.binding == stop]
        if stops:
            for made in family:
                made.held = stops[0]
            return
    givers = [made for made in family if made.held is None]
    if not givers:
        return
    wishes = [made.aim.wish for made in givers if made.aim]
    choose = family[0].one.rule.same_price
    wish = {"lowest": min(wishes), "highest": max(wishes), "average": floor(Fraction(sum(wishes), len(wishes)))}[
        choose or "lowest"
    ]
    leader = givers[0] if choose == "average" else next(made for made in givers if made.aim and made.aim.wish == wish)
    led, because = leader.aim or Aim(0), leader.one.because
    lower = max(made.one.lower for made in family)
    lower_by = min((made.one.lower_by for made in family if made.one.lower == lower), key=LOWER_ORDER.index)
    upper = min(made.one.upper for made in family)
    upper_by = min((made.one.upper_by for made in family if made.one.upper == upper), key=UPPER_ORDER.index)
    for made in family:
        made.aim = Aim(wish, led.reference, led.offer if made is leader else -1, led.line)
        made.one.because = because
        made.one.lower, made.one.lower_by, made.one.upper, made.one.upper_by = lower, lower_by, upper, upper_by
        made.held = Held("CONTRADICTION", "BOUNDS_CONFLICT") if lower > upper else None


def _finish(family: list[Matter]) -> None:
    """The price inside the bounds; an objection to one of a family is one to all of it."""
    for made in family:
        if made.held is None and made.aim is not None:
            made.price, made.moved_by = made.one.priced(made.aim)
            if made.moved_by in {"VALID_LOW", "VALID_HIGH"}:
                made.held = Held(made.moved_by, "BOUNDS_CONFLICT")
    if any(made.held for made in family):
        return
    against = {name for made in family for name in made.one.objections(made.price)}
    if any(made.price != (made.one.price or 0) and not made.one.small(made.price) for made in family):
        against.discard("SMALLEST_MOVE")
    strongest = next((name for name in OBJECTS if name in against), None)
    strictest = max((made.one.route(made.price) for made in family), key=STRICTEST.index)
    for made in family:
        if strongest is not None:
            made.held = Held(strongest, OBJECTS[strongest])
            made.route = "QUARANTINE" if strongest == "BELIEF" else "NONE"
        elif made.one.route(made.price) != "NONE":
            made.route = strictest


def _said(made: Matter) -> Verdict:
    one = made.one
    if made.held is not None:
        price, binding, reason = one.price or Fraction(0), made.held.binding, made.held.reason
    else:
        price, binding = Fraction(made.price), one.because or made.moved_by
        reason = SAYS.get(binding) or _followed(one.rule, made.aim)
    shown = made.aim or one.known or Aim(0)
    return Verdict(
        price=price,
        reason=reason,
        binding=binding,
        route=made.route,
        target=shown.wish,
        reference=shown.reference,
        offer=shown.offer,
        line=shown.line,
        lower=one.lower,
        upper=one.upper,
        lower_by=one.lower_by,
        upper_by=one.upper_by,
        goal=reason in {"BEAT_LOWEST", "MATCH_LOWEST"},
        no_ending=one.no_ending,
        no_minimum=one.own_min is None,
        action=one.because is not None,
        family=made.in_family,
        guard_unknown=one.guard_unknown(),
    )


def _followed(rule: RulePlan, aim: Aim | None) -> str:
    line = [*rule.lines, *rule.fallbacks][aim.line if aim else 0]
    return "BEAT_LOWEST" if isinstance(line, Line) and line.relation == "below" else "MATCH_LOWEST"
