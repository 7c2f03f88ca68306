"""Decide the price of one product: the one order of operations, each step with its way in and out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil, floor

from pricing.domain.decision import Decision, ReasonCode, Route, Step
from pricing.domain.gates import REASONS, Gated, Rival, gated
from pricing.domain.limits import REASON_OF_LIMIT, Limits, limits
from pricing.domain.market import Competitor, Offer, ProductFacts
from pricing.domain.policy import Policy
from shared.kernel.money import MINOR_UNITS

_SHOWN_DIGITS = Decimal("0.0001")


@dataclass(slots=True)
class _Work:
    facts: ProductFacts
    policy: Policy
    steps: list[Step] = field(default_factory=list)
    seen: tuple[str, ...] = ()
    reference: Rival | None = None
    target: Decimal | None = None

    @property
    def unit(self) -> int:
        return int(10 ** MINOR_UNITS[self.facts.currency])

    def note(self, name: str, before: object, after: object) -> None:
        self.steps.append(Step(name, str(before), str(after)))


NO_RULES: Mapping[str, Competitor] = {}


def decide(
    facts: ProductFacts,
    offers: tuple[Offer, ...],
    policy: Policy,
    now: datetime,
    competitors: Mapping[str, Competitor] = NO_RULES,
) -> Decision:
    """Decide one product's price under a policy, from what was observed until `now`.

    `competitors` says, by id, which sellers of theirs count and when their prices expire.
    """
    work = _Work(facts, policy)
    if facts.currency != policy.currency:
        work.note("gate inputs", f"policy in {policy.currency}", f"the product sells in {facts.currency}: held")
        return _held(work, ReasonCode.BOUNDS_CONFLICT)
    if policy.bounds.min_margin_percent is not None and facts.cost is None:
        work.note("gate inputs", "cost unknown", "left out of margin-bound pricing")
        return _held(work, ReasonCode.MISSING_COST)
    market = gated(facts, offers, policy, now, competitors)
    work.seen = tuple(rival.observation.observation_id for rival in market.rivals)
    work.note("gate inputs", f"{len(offers)} offers", _gate_text(market))
    rival = _reference(work, market) if market.rivals else None
    return _absent(work, market) if rival is None else _bounded(work, rival)


def _gate_text(market: Gated) -> str:
    left_out = "".join(f"; {count} {reason}" for reason, count in sorted(market.left_out.items()))
    return f"{len(market.rivals)} eligible{left_out}"


def _absent(work: _Work, market: Gated) -> Decision:
    """Hold, with the gate of evidence that kept the reference out, if one did."""
    gate = market.failed
    if gate is None:
        return _held(work, ReasonCode.NO_COMPETITION)
    return _held(work, REASONS[gate], gate.value)


def _reference(work: _Work, market: Gated) -> Rival | None:
    place = 0 if work.policy.reference == "lowest" else 1
    rival = market.rivals[place] if place < len(market.rivals) else None
    prices = ", ".join(str(one.price) for one in market.rivals[:5])
    work.note("reference", f"{work.policy.price_mode} prices {prices}", "none" if rival is None else rival.price)
    work.reference = rival
    return rival


def _target(work: _Work, rival: Rival) -> Fraction:
    step = work.policy.step
    target = Fraction(rival.price)
    if step.percent is not None:
        target *= 1 - Fraction(step.percent) / 100
    elif step.money is not None:
        target -= Fraction(step.money)
    work.target = _shown(target)
    work.note("target", f"{rival.price}, {work.policy.relation}{_step_text(work.policy)}", work.target)
    return target


def _step_text(policy: Policy) -> str:
    if policy.step.percent is not None:
        return f" by {policy.step.percent} %"
    return "" if policy.step.money is None else f" by {policy.step.money}"


def _bounded(work: _Work, rival: Rival) -> Decision:
    target = _target(work, rival)
    inside = limits(work.facts, work.policy)
    work.note("bounds", *_bounds_text(inside))
    lowest = 1 if inside.lower is None else max(1, ceil(inside.lower.value * work.unit))
    highest = None if inside.upper is None else floor(inside.upper.value * work.unit)
    if inside.contradict or (highest is not None and lowest > highest):
        return _held(work, ReasonCode.BOUNDS_CONFLICT)
    aimed = floor(target * work.unit)
    if aimed < 1 and inside.lower is None:
        work.note("clamp", work.target, "nothing is left of the price, and no lower bound holds it")
        return _held(work, ReasonCode.BOUNDS_CONFLICT)
    clamped = max(aimed, lowest) if highest is None else min(max(aimed, lowest), highest)
    work.note("clamp", work.target, _money(work, clamped))
    price = _with_ending(work, clamped, lowest, highest)
    reason, binding = _reason(work, inside, aimed, clamped, price)
    return _worth(work, price, reason, binding)


def _bounds_text(inside: Limits) -> tuple[str, str]:
    lower = "none" if inside.lower is None else f"{inside.lower.name} {_shown(inside.lower.value)}"
    upper = "none" if inside.upper is None else f"{inside.upper.name} {_shown(inside.upper.value)}"
    return f"lower {lower}", f"upper {upper}"


def _with_ending(work: _Work, clamped: int, lowest: int, highest: int | None) -> int:
    if work.policy.ending is None:
        return clamped
    ending = int(work.policy.ending * work.unit)
    below = clamped - (clamped - ending) % work.unit
    for candidate in (below, below + work.unit):
        if candidate >= lowest and (highest is None or candidate <= highest):
            work.note("ending", _money(work, clamped), _money(work, candidate))
            return candidate
    work.note("ending", _money(work, clamped), "no such ending inside the bounds: kept")
    return clamped


def _reason(work: _Work, inside: Limits, aimed: int, clamped: int, price: int) -> tuple[ReasonCode, str | None]:
    # An ending inside the bounds may lie above the target too: then the floor kept the goal from being reached.
    if price > aimed:
        lower = "smallest price" if inside.lower is None else inside.lower.name
        return REASON_OF_LIMIT[lower], lower
    if clamped < aimed and inside.upper is not None:
        return REASON_OF_LIMIT[inside.upper.name], inside.upper.name
    return (ReasonCode.BEAT_LOWEST if work.policy.relation == "below" else ReasonCode.MATCH_LOWEST), None


def _worth(work: _Work, price: int, reason: ReasonCode, binding: str | None) -> Decision:
    decided = _money(work, price)
    current = work.facts.price
    if current is None:
        work.note("worth it", "no present price", decided)
        return _decision(work, decided, reason, binding, "review")
    percent = abs(decided - current) / current * 100
    if percent > work.policy.routing.quarantine_above_percent:
        work.note("worth it", f"{current} → {decided}", f"{_shown(Fraction(percent))} % is not believed: held")
        return _held(work, ReasonCode.QUARANTINED)
    if decided != current and abs(decided - current) < work.policy.smallest_move:
        work.note("worth it", f"{current} → {decided}", f"below the smallest move {work.policy.smallest_move}: kept")
        return _held(work, ReasonCode.BELOW_MIN_MOVE)
    work.note("worth it", f"{current} → {decided}", "moves" if decided != current else "stands already")
    return _decision(work, decided, reason, binding, _route(work, decided, current, percent))


def _route(work: _Work, decided: Decimal, current: Decimal, percent: Decimal) -> Route:
    routing = work.policy.routing
    if decided == current:
        return "none"
    if percent > routing.manager_above_percent:
        return "manager"
    return "auto" if percent <= routing.auto_within_percent else "review"


def _held(work: _Work, reason: ReasonCode, gate: str | None = None) -> Decision:
    return _decision(work, work.facts.price, reason, gate, "none")


def _decision(work: _Work, price: Decimal | None, reason: ReasonCode, binding: str | None, route: Route) -> Decision:
    facts = work.facts
    change = None if price is None or facts.price is None else (price - facts.price) / facts.price * 100
    work.note("route", reason, route)
    return Decision(
        product_id=facts.product_id,
        sku=facts.sku,
        currency=facts.currency,
        current=facts.price,
        target=work.target,
        price=price,
        reason=reason,
        binding=binding,
        goal_reached=reason in {ReasonCode.BEAT_LOWEST, ReasonCode.MATCH_LOWEST},
        route=route,
        change_percent=None if change is None else change.quantize(Decimal("0.01"), ROUND_HALF_EVEN),
        confidence=None if work.reference is None else work.reference.observation.confidence,
        reference_observation_id=None if work.reference is None else work.reference.observation.observation_id,
        observation_ids=work.seen,
        product_revision=facts.revision,
        steps=tuple(work.steps),
    )


def _money(work: _Work, minor: int) -> Decimal:
    return Decimal(minor).scaleb(-MINOR_UNITS[work.facts.currency])


def _shown(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(_SHOWN_DIGITS).normalize() + Decimal(0)
