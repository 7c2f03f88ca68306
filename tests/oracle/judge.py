"""The price law for one product, in fractions, word by word: what the kernel's columns are held against."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from pricing.domain.plan import Action, BoundsPlan, EdgeAction, EndingPlan, Evidence, Line, Plan, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An offer as it was seen: amounts in the currency, comparable with ours; None when no price was read."""

    landed: Decimal | None
    item: Decimal | None
    age: int = 0
    marks: frozenset[str] = frozenset()
    match: str = "exact"
    competitor: str = "c1"
    confidence_ppm: int = 1_000_000
    agreement: int = 3
    fulfilment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A product, with its offers; amounts in the currency, None or 0 where there is none."""

    price: Decimal | None = None
    cost: Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    map: Decimal | None = None
    msrp: Decimal | None = None
    learned: Decimal | None = None
    base: Decimal | None = None
    settles: Decimal | None = None
    family: int = -1
    marks: frozenset[str] = frozenset()
    rule: int = 0
    minutes_since_change: int | None = None
    formulas: dict[str, Decimal] = field(default_factory=dict)
    offers: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the law says: amounts in minor units, the reference exact, the target rounded down to whole minor units."""

    price: Fraction
    reason: str
    binding: str = "NONE"
    route: str = "NONE"
    target: int = 0
    reference: Fraction = Fraction(0)
    offer: int = -1
    line: int = -1
    lower: int = 0
    upper: int = 0
    lower_by: str = "NONE"
    upper_by: str = "NONE"
    goal: bool = False
    no_ending: bool = False
    no_minimum: bool = False
    action: bool = False
    family: bool = False
    guard_unknown: bool = False


@dataclass(slots=True)
class Aim:
    """A wish: where it comes from, and how far it is."""

    wish: int
    reference: Fraction = Fraction(0)
    offer: int = -1
    line: int = -1


class Held(Exception):
    """The price is kept, because of this."""

    def __init__(self, binding: str, reason: str) -> None:
        super().__init__(binding)
        self.binding = binding
        self.reason = reason


SAYS = {
    "MIN_PRICE": "HOLD_FLOOR",
    "POLICY_MIN": "HOLD_FLOOR",
    "MIN_MARGIN": "HOLD_FLOOR",
    "MIN_MARKUP": "HOLD_FLOOR",
    "MIN_PROFIT": "HOLD_FLOOR",
    "COMPETITOR_FLOOR": "HOLD_FLOOR",
    "MAP": "HOLD_MAP",
    "LARGEST_CUT": "CHANGE_LIMIT",
    "LARGEST_RISE": "CHANGE_LIMIT",
    "MAX_PRICE": "HOLD_MAX",
    "POLICY_MAX": "HOLD_MAX",
    "MSRP": "HOLD_MAX",
    "VALID_LOW": "BOUNDS_CONFLICT",
    "VALID_HIGH": "BOUNDS_CONFLICT",
    "NO_COMPETITION": "NO_COMPETITION",
    "COMPETITOR_BELOW_MIN": "HOLD_FLOOR",
    "COMPETITOR_EQUALS_MIN": "HOLD_FLOOR",
    "OWN_EQUALS_MIN": "HOLD_FLOOR",
    "LOOP": "LOOP_DETECTED",
}
BLAME = (
    ("QUARANTINED", "GATE_QUARANTINED", "QUARANTINED"),
    ("STALE", "GATE_STALE", "STALE_DATA"),
    ("EXPIRED", "GATE_EXPIRED", "STALE_DATA"),
    ("CONFIDENCE", "GATE_CONFIDENCE", "LOW_CONFIDENCE"),
    ("AGREEMENT", "GATE_AGREEMENT", "LOW_CONFIDENCE"),
)
PERCENT = Fraction(1, 1_000_000)
OWN_MINIMA = ("MIN_PRICE", "POLICY_MIN", "MIN_MARGIN", "MIN_MARKUP", "MIN_PROFIT")
LOWER_ORDER = (*OWN_MINIMA, "MAP", "COMPETITOR_FLOOR", "LARGEST_CUT", "VALID_LOW")
UPPER_ORDER = ("MAX_PRICE", "POLICY_MAX", "MSRP", "LARGEST_RISE", "VALID_HIGH")


class Judge:
    """One product before the law."""

    def __init__(self, goods: Goods, plan: Plan) -> None:
        self.goods = goods
        self.rule = plan.rules[goods.rule]
        self.minor = int(10**plan.minor_digits)
        self.price = self.amount(goods.price)
        self.base = self.amount(goods.base) or self.price
        cost = self.amount(goods.cost)
        self.cost = cost and cost * (1 + self.rule.bounds.cost_tax_ppm * PERCENT)
        self.because: str | None = None
        self.no_ending = False
        self.known: Aim | None = None
        self.lowers = self.lower_bounds(self.rule.bounds)
        self.uppers = self.upper_bounds(self.rule.bounds)
        own = [value for name, value in self.lowers if name in OWN_MINIMA]
        self.own_min = max(own, default=None)
        tops = [value for name, value in self.uppers if name in {"MAX_PRICE", "POLICY_MAX"}]
        self.own_max = min(tops, default=None)
        self.lower_by, self.lower = max(self.lowers, key=lambda one: one[1])
        self.upper_by, self.upper = min(self.uppers, key=lambda one: one[1])
        self.gates = [self.gate(seen, self.rule.evidence) for seen in goods.offers]
        self.market = sorted(
            (self.seen(seen), place) for place, seen in enumerate(goods.offers) if self.gates[place] is None
        )

    def amount(self, value: Decimal | None) -> Fraction | None:
        return Fraction(value) * self.minor if value else None

    def seen(self, seen: Seen) -> Fraction:
        value = seen.landed if self.rule.price_mode == "landed" else seen.item
        return Fraction(value or 0) * int(self.minor)

    def lower_bounds(self, plan: BoundsPlan) -> list[tuple[str, int]]:
        goods, found = self.goods, []
        if minimum := self.amount(goods.min):
            found.append(("MIN_PRICE", ceil(minimum)))
        if plan.min_price is not None:
            found.append(("POLICY_MIN", plan.min_price))
        fee = plan.channel_fee_ppm * PERCENT
        if plan.min_margin_ppm is not None and self.cost:
            found.append(("MIN_MARGIN", ceil(self.cost / (1 - fee - plan.min_margin_ppm * PERCENT))))
        if plan.min_markup_ppm is not None and self.cost:
            found.append(("MIN_MARKUP", ceil(self.cost * (1 + plan.min_markup_ppm * PERCENT) / (1 - fee))))
        if plan.min_profit is not None and self.cost:
            found.append(("MIN_PROFIT", ceil((self.cost + plan.min_profit) / (1 - fee))))
        if plan.respect_map and (map_price := self.amount(goods.map)):
            found.append(("MAP", ceil(map_price)))
        if plan.floor_competitor is not None and (theirs := self.cheapest_of(plan.floor_competitor)):
            found.append(("COMPETITOR_FLOOR", ceil(theirs)))
        if self.base and plan.max_down_ppm is not None:
            found.append(("LARGEST_CUT", ceil(self.base * (1 - plan.max_down_ppm * PERCENT))))
        if self.base and plan.max_down is not None:
            found.append(("LARGEST_CUT", ceil(self.base - plan.max_down)))
        return [*found, ("VALID_LOW", plan.valid_low)]

    def upper_bounds(self, plan: BoundsPlan) -> list[tuple[str, int]]:
        goods, found = self.goods, []
        if maximum := self.amount(goods.max):
            found.append(("MAX_PRICE", floor(maximum)))
        if plan.max_price is not None:
            found.append(("POLICY_MAX", plan.max_price))
        if plan.respect_msrp and (msrp := self.amount(goods.msrp)):
            found.append(("MSRP", floor(msrp)))
        if self.base and plan.max_up_ppm is not None:
            found.append(("LARGEST_RISE", floor(self.base * (1 + plan.max_up_ppm * PERCENT))))
        if self.base and plan.max_up is not None:
            found.append(("LARGEST_RISE", floor(self.base + plan.max_up)))
        return [*found, ("VALID_HIGH", plan.valid_high)]

    def cheapest_of(self, competitor: str) -> Fraction | None:
        """What a competitor asks at least, whoever the rule follows and however low that is."""
        return min(
            (
                self.seen(one)
                for one in self.goods.offers
                if one.competitor == competitor and self.gate(one, self.rule.evidence, watched=True) is None
            ),
            default=None,
        )

    def guard_unknown(self) -> bool:
        """Whether nobody knows what a competitor asks whom the rule watches: as a floor, or as what holds its prices.

        Somebody who is out of stock with all that he has asks nothing, and that is known.
        """
        for name in (self.rule.bounds.floor_competitor, self.rule.freeze_while_lowest):
            theirs = [one for one in self.goods.offers if one.competitor == name]
            met = {self.gate(one, self.rule.evidence, watched=True) for one in theirs}
            if name is not None and None not in met and met != {"NOT_IN_STOCK"}:
                return True
        return False

    def gate(self, seen: Seen, evidence: Evidence, *, watched: bool = False) -> str | None:
        listed = seen.competitor in self.rule.competitors.ids
        amount = self.seen(seen)
        checks = (
            (
                "OUTSIDE",
                not watched and {"all": False, "only": not listed, "except": listed}[self.rule.competitors.kind],
            ),
            ("MATCH_TYPE", seen.match not in evidence.match_types),
            ("OWN", "OWN" in seen.marks),
            ("SELLER", "SELLER" in seen.marks),
            ("QUARANTINED", "QUARANTINED" in seen.marks),
            ("UNREAD", "UNREAD" in seen.marks),
            ("NO_RATE", "NO_RATE" in seen.marks),
            ("NOTHING_LEFT", amount <= 0),
            ("FUTURE", seen.age < -5),
            ("EXPIRED", "EXPIRED" in seen.marks),
            ("STALE", seen.age > evidence.max_age_minutes),
            ("STOCK_UNKNOWN", "STOCK_UNKNOWN" in seen.marks and not evidence.accept_unknown_stock),
            ("NOT_IN_STOCK", "NOT_IN_STOCK" in seen.marks),
            ("CONFIDENCE", seen.confidence_ppm < evidence.min_confidence_ppm),
            ("AGREEMENT", seen.agreement < evidence.min_agreement),
            (
                "BELOW_MIN",
                not watched and self.rule.ignore_below_min and self.own_min is not None and amount < self.own_min,
            ),
        )
        return next((name for name, shut in checks if shut), None)

    def offered(self, asked: Reference) -> list[tuple[Fraction, int]]:
        if not asked.fulfilments:
            return self.market
        return [one for one in self.market if self.goods.offers[one[1]].fulfilment in asked.fulfilments]

    def reference(self, asked: Reference) -> tuple[Fraction, int] | None:
        market, share = self.offered(asked), (asked.share_ppm or 0) * PERCENT
        size = len(market)
        places = {
            "lowest": 1,
            "second_lowest": 2,
            "rank": asked.rank,
            "highest": max(size, 1),
            "range_rank": max(ceil(size * share), 1),
        }
        if asked.kind in places:
            place = places[asked.kind] or 0
            return market[place - 1] if place <= size else None
        if asked.kind == "cost_plus":
            if not self.cost:
                return None
            if asked.margin_ppm is not None:
                price = self.cost / (1 - asked.margin_ppm * PERCENT)
            else:
                price = self.cost * (1 + (asked.markup_ppm or 0) * PERCENT)
            return (price, -1) if price < 10**15 else None
        if asked.kind in {"own", "formula"}:
            return self.own(asked)
        if asked.kind == "named":
            for one in asked.competitors:
                for value, place in market:
                    if self.goods.offers[place].competitor == one:
                        return value, place
            return None
        return self.middle(asked.kind, share, market) if size else None

    def middle(self, kind: str, share: Fraction, market: list[tuple[Fraction, int]]) -> tuple[Fraction, int]:
        values = [value for value, _ in market]
        size = len(values)
        if kind == "average":
            return sum(values, Fraction(0)) / size, -1
        if kind == "median" and size % 2:
            return market[size // 2]
        if kind == "median":
            return (values[size // 2 - 1] + values[size // 2]) / 2, -1
        if kind == "range_point":
            return values[0] + (values[-1] - values[0]) * share, -1
        often = Counter(values)
        value = min(often, key=lambda one: (-often[one], one))
        return value, min(place for amount, place in market if amount == value)

    def own(self, asked: Reference) -> tuple[Fraction, int] | None:
        goods = self.goods
        if asked.kind == "formula":
            value = self.amount(goods.formulas.get(asked.formula or ""))
        else:
            minimum, maximum = self.own_min, self.own_max
            value = {
                "current": self.price,
                "msrp": self.amount(goods.msrp),
                "map": self.amount(goods.map),
                "min": None if minimum is None else Fraction(minimum),
                "max": None if maximum is None else Fraction(maximum),
            }[asked.own or "current"]
        return (value, -1) if value else None

    def aim(self, line: Line, place: int) -> Aim | None:
        found = self.reference(line.reference)
        if found is None:
            return None
        value, offer = found
        sign = {"below": -1, "equal": 0, "above": 1}[line.relation]
        wish = value * (1 + sign * (line.ppm or 0) * PERCENT) + sign * (line.money or 0)
        return Aim(floor(wish), value, offer, place)

    def blame(self, lines: tuple[Line, ...]) -> None:
        """Hold for evidence, when a gate of it closed on an offer that one of the lines might have followed."""
        asked = [line.reference for line in lines if line.reference.needs_market]
        if not asked:
            return
        gates = list(self.gates)
        gates = [
            gate
            for gate, seen in zip(gates, self.goods.offers, strict=True)
            if any(
                (one.kind != "named" or seen.competitor in one.competitors)
                and (not one.fulfilments or seen.fulfilment in one.fulfilments)
                for one in asked
            )
        ]
        for gate, binding, reason in BLAME:
            if gate in gates:
                raise Held(binding, reason)

    def inside(self, wish: int) -> bool:
        return self.lower <= wish <= self.upper

    def first_aim(self) -> Aim | None:
        aims = [aim for place, line in enumerate(self.rule.lines) if (aim := self.aim(line, place)) is not None]
        if len(aims) < 2 and len(self.rule.lines) < 2:
            return aims[0] if aims else None
        if not aims:
            return None
        if self.rule.choose == "highest":
            return max(aims, key=lambda one: one.wish)
        if self.rule.choose == "closest" and self.price:
            price = self.price
            return min(aims, key=lambda one: (abs(one.wish - price), one.wish))
        if self.rule.choose == "average":
            mean = floor(Fraction(sum(one.wish for one in aims), len(aims)))
            return Aim(mean, aims[0].reference, aims[0].offer, aims[0].line)
        return min(aims, key=lambda one: one.wish)

    def action(self, action: Action | EdgeAction, because: str) -> Aim:
        msrp, learned = (floor(self.amount(one) or 0) for one in (self.goods.msrp, self.goods.learned))
        value = {"keep": None, "min": self.own_min, "max": self.own_max, "msrp": msrp, "learned": learned}[action]
        if not value:
            raise Held(because, SAYS[because])
        self.because = because
        self.known = Aim(value)
        return self.known

    def goal(self) -> Aim:
        """A wish that can be carried out, by way of edge cases and fallbacks."""
        aim = self.known = self.first_aim()
        if aim is None:
            self.blame(self.rule.lines)
            edge: tuple[EdgeAction, str | None] = (self.rule.edges.no_competition, "NO_COMPETITION")
        else:
            edge = self.market_edge()
        asked, because = edge
        acted = False
        if asked in {"keep", "min", "max", "msrp", "learned"}:
            aim, acted = self.action(asked, because or ""), True
        chain = self.rule.fallbacks
        enters = not acted and (aim is None or asked == "fallback" or not self.inside(aim.wish))
        if self.lower > self.upper and (aim is not None or (chain and enters)):
            raise Held("CONTRADICTION", "BOUNDS_CONFLICT")
        if enters and chain:
            aim = self.chained(aim, because if aim is None or asked == "fallback" else None)
        if aim is None:
            raise Held("NO_COMPETITION", "NO_COMPETITION")
        return aim

    def chained(self, aim: Aim | None, because: str | None) -> Aim | None:
        why = because
        if why is None and aim is not None:
            why = self.lower_by if aim.wish < self.lower else self.upper_by
        for place, step in enumerate(self.rule.fallbacks, start=len(self.rule.lines)):
            if not isinstance(step, Line):
                return self.action(step, why or "NO_COMPETITION")
            found = self.aim(step, place)
            if found is not None and self.inside(found.wish):
                return found
            if aim is None and found is None:
                if step.reference.kind == "cost_plus":
                    raise Held("COST", "MISSING_COST")
                self.blame((step,))
            aim = self.known = aim or found
        return aim

    def market_edge(self) -> tuple[EdgeAction, str | None]:
        edges, minimum = self.rule.edges, self.own_min
        if minimum is None:
            return "compute", None
        lowest = self.market[0][0] if self.market else None
        for action, applies, name in (
            (edges.competitor_below_min, lowest is not None and lowest < minimum, "COMPETITOR_BELOW_MIN"),
            (edges.competitor_equals_min, lowest == minimum, "COMPETITOR_EQUALS_MIN"),
            (edges.own_equals_min, self.price == minimum, "OWN_EQUALS_MIN"),
        ):
            if action != "compute" and applies:
                return action, name
        return "compute", None

    def with_ending(self, wish: int, low: int, high: int, plan: EndingPlan) -> int | None:
        """The price with an ending between low and high, on the preferred side of the wish; None without any."""
        under = [wish - (wish - one.rest) % one.every for one in plan.endings]
        over = [wish + (one.rest - wish) % one.every for one in plan.endings]
        below = max((one for one in under if low <= one <= high), default=None)
        above = min((one for one in over if low <= one <= high), default=None)
        if below is None or above is None:
            return above if below is None else below
        if plan.prefer == "closer":
            return below if wish - below <= above - wish else above
        return below if plan.prefer == "lower" else above

    def priced(self, aim: Aim) -> tuple[int, str]:
        """Clamp, ending, and the bound that moved the price away from where it would have been without any."""
        clamped = min(max(aim.wish, self.lower), self.upper)
        price, free = clamped, aim.wish
        if self.rule.ending is not None:
            found = self.with_ending(clamped, self.lower, self.upper, self.rule.ending)
            if found is None:
                self.no_ending = True
            else:
                price = found
                # Nothing that is left is no price, so it has no ending either.
                free = free if free < 1 else self.with_ending(free, 1, 10**30, self.rule.ending) or free
        if price == free:
            return price, "NONE"
        return price, self.lower_by if price > free else self.upper_by

    def objections(self, price: int) -> list[str]:
        """Everything that speaks against moving to a price, the strongest first."""
        goods, rule = self.goods, self.rule
        move: Fraction = price - (self.price or Fraction(0))
        map_price, since = self.amount(goods.map), goods.minutes_since_change
        far = self.far(price) if self.price and move else Fraction(0)
        checks = {
            "LOCK": "LOCKED" in goods.marks,
            "PROMOTION": "IN_PROMOTION" in goods.marks,
            "BELIEF": far > rule.routing.quarantine_above_ppm * PERCENT,
            "BELOW_COST": rule.compliance.below_cost and self.cost and price < self.cost,
            "BELOW_MAP": rule.compliance.below_map and map_price and price < map_price,
            "FREEZE": move and self.frozen(),
            "LOOP": move and "LOOPING" in goods.marks and self.because != "LOOP",
            "SCHEDULE": move and "OUT_OF_SCHEDULE" in goods.marks,
            "MIN_GAP": move and since is not None and since < rule.min_gap_minutes,
            "SMALLEST_MOVE": move and self.small(price),
        }
        return [name for name, applies in checks.items() if applies]

    def far(self, price: int) -> Fraction:
        """The larger share of a move: of the present price, or of the one that the day began with."""
        return max(abs(price - start) / start for start in (self.price, self.base) if start)

    def small(self, price: int) -> bool:
        return bool(self.price) and abs(price - Fraction(self.price or 0)) < self.rule.smallest_move

    def frozen(self) -> bool:
        """Nobody is cheaper than the competitor that freezes the rule, and the present price is not below its floor."""
        competitor = self.rule.freeze_while_lowest
        theirs = None if competitor is None else self.cheapest_of(competitor)
        if not theirs or not self.price or self.price < (self.own_min or 0):
            return False
        return all(value >= theirs for value, _ in self.market)

    def route(self, price: int) -> str:
        routing = self.rule.routing
        if price == (self.price or 0):
            return "NONE"
        if not self.price:
            return "REVIEW"
        part = self.far(price) / PERCENT
        if part > routing.manager_above_ppm:
            return "MANAGER"
        # Without a minimum no price is automatic, nor is one that a guard may object to.
        sure = self.own_min is not None and not self.guard_unknown()
        return "AUTO" if sure and part <= routing.auto_within_ppm else "REVIEW"
