"""Markets and plans for hypothesis: currencies of 0, 2 and 3 digits, prices up to 10^12, ties, holes, nothing."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

from hypothesis import strategies as st

from pricing.domain.plan import (
    MILLION,
    BoundsPlan,
    CompetitorSet,
    Compliance,
    Edges,
    Ending,
    EndingPlan,
    Evidence,
    Line,
    Plan,
    Reference,
    RoutingPlan,
    RulePlan,
)
from tests.oracle.judge import Goods, Seen

CURRENCIES = {"JPY": 0, "EUR": 2, "BHD": 3}
RIVALS = ("c1", "c2", "c3")
SIZES = (12, 2_000, 5_000_000, 10**12)
"""The largest amount of a market, in minor units; the last one in whole units of the currency."""


def ppm(most: int = 500_000) -> st.SearchStrategy[int]:
    return st.one_of(st.sampled_from([10_000, 123_450, 1, 333_333, most]), st.integers(1, most))


def references() -> st.SearchStrategy[Reference]:
    plain = st.sampled_from(["lowest", "lowest", "second_lowest", "average", "median", "mode", "highest"])
    rivals = st.permutations([*RIVALS, "c9"]).flatmap(lambda names: st.integers(1, 4).map(lambda size: names[:size]))
    shares = st.one_of(st.sampled_from([0, 250_000, 500_000, MILLION]), st.integers(0, MILLION))
    ways = st.sampled_from([(), (), (), ("warehouse",), ("seller", "pigeon"), ("seller", "warehouse")])
    made = st.one_of(
        plain.map(lambda kind: Reference(kind=kind)),  # type: ignore[arg-type]
        rivals.map(lambda names: Reference(kind="named", competitors=tuple(names))),
        st.integers(1, 4).map(lambda rank: Reference(kind="rank", rank=rank)),
        shares.map(lambda share: Reference(kind="range_point", share_ppm=share)),
        shares.map(lambda share: Reference(kind="range_rank", share_ppm=share)),
        st.integers(0, MILLION - 1).map(lambda margin: Reference(kind="cost_plus", margin_ppm=margin)),
        st.integers(0, 8 * MILLION).map(lambda markup: Reference(kind="cost_plus", markup_ppm=markup)),
        st.sampled_from(["current", "msrp", "map", "min", "max"]).map(lambda own: Reference(kind="own", own=own)),  # type: ignore[arg-type]
        st.just(Reference(kind="formula", formula="f")),
    )
    return st.builds(lambda one, way: replace(one, fulfilments=way), made, ways)


@st.composite
def lines(draw: st.DrawFn, size: int) -> Line:
    relation = draw(st.sampled_from(["below", "equal", "above"]))
    reference = draw(references())
    if relation == "equal":
        return Line(reference=reference)
    if draw(st.booleans()):
        return Line(reference=reference, relation=relation, money=draw(st.integers(1, max(size // 10, 3))))  # type: ignore[arg-type]
    return Line(reference=reference, relation=relation, ppm=draw(ppm()))  # type: ignore[arg-type]


def maybe[Value](values: st.SearchStrategy[Value], odds: int = 3) -> st.SearchStrategy[Value | None]:
    return st.one_of(*[st.none()] * odds, values)


@st.composite
def bounds(draw: st.DrawFn, size: int) -> BoundsPlan:
    """Bounds around prices of `size`: most of them leave room, some contradict."""
    low = draw(st.sampled_from([1, 1, 1, 3]))
    odds = draw(st.sampled_from([3, 5, 14]))
    fee = draw(st.sampled_from([0, 0, 0, 150_000, 123_457]))
    return BoundsPlan(
        valid_low=low,
        valid_high=draw(st.sampled_from([size * 20, size * 20, size * 20, max(size, low)])),
        min_margin_ppm=draw(maybe(st.integers(0, 400_000), odds)),
        min_markup_ppm=draw(maybe(st.integers(0, 800_000), odds + 3)),
        min_profit=draw(maybe(st.integers(0, max(size // 3, 1)), odds + 3)),
        channel_fee_ppm=fee,
        cost_tax_ppm=draw(st.sampled_from([0, 0, 0, 190_000, 76_543])),
        floor_competitor=draw(maybe(st.sampled_from([*RIVALS, "c9"]), odds + 3)),
        min_price=draw(maybe(st.integers(max(size // 2, 1), size * 21 // 20), odds)),
        max_price=draw(maybe(st.integers(size * 19 // 20 + 1, size * 2), odds)),
        max_up_ppm=draw(maybe(ppm(), odds)),
        max_down_ppm=draw(maybe(ppm(MILLION), odds)),
        max_up=draw(maybe(st.integers(1, size), odds + 3)),
        max_down=draw(maybe(st.integers(1, size), odds + 3)),
        respect_map=draw(st.booleans()),
        respect_msrp=draw(st.booleans()),
    )


@st.composite
def endings(draw: st.DrawFn) -> EndingPlan:
    every = draw(st.sampled_from([2, 10, 100, 1000]))
    made = [Ending(draw(st.integers(0, every - 1)), every) for _ in range(draw(st.integers(1, 3)))]
    return EndingPlan(endings=tuple(made), prefer=draw(st.sampled_from(["lower", "higher", "closer"])))


def evidence() -> st.SearchStrategy[Evidence]:
    return st.builds(
        Evidence,
        max_age_minutes=st.sampled_from([60, 1440]),
        min_confidence_ppm=st.sampled_from([0, 0, 800_000]),
        min_agreement=st.sampled_from([0, 0, 2]),
        accept_unknown_stock=st.booleans(),
        match_types=st.sampled_from([("exact",), ("exact", "equivalent"), ("exact", "substitute")]),
    )


def edges() -> st.SearchStrategy[Edges]:
    some = st.sampled_from(["compute", "compute", "compute", "keep", "min", "max", "msrp", "learned", "fallback"])
    return st.one_of(
        st.just(Edges()),
        st.builds(
            Edges,
            no_competition=some,
            competitor_below_min=some,
            competitor_equals_min=some,
            own_equals_min=some,
        ),
    )


@st.composite
def rules(draw: st.DrawFn, size: int) -> RulePlan:
    auto = draw(st.integers(0, 200_000))
    manager = draw(st.integers(auto, 400_000))
    some_lines = st.lists(lines(size), min_size=1, max_size=draw(st.sampled_from([1, 1, 3])))
    chain = st.lists(st.one_of(lines(size), lines(size), st.sampled_from(ACTIONS)), max_size=3)
    return RulePlan(
        name="rule",
        lines=tuple(draw(some_lines)),
        bounds=draw(bounds(size)),
        choose=draw(st.sampled_from(["lowest", "highest", "average", "closest"])),
        competitors=CompetitorSet(
            kind=draw(st.sampled_from(["all", "all", "only", "except"])),
            ids=tuple(draw(st.sets(st.sampled_from(RIVALS)))),
        ),
        price_mode=draw(st.sampled_from(["item", "landed"])),
        evidence=draw(evidence()),
        ignore_below_min=draw(st.booleans()),
        ending=draw(st.one_of(st.none(), endings())),
        fallbacks=tuple(draw(st.one_of(st.just([]), chain))),
        edges=draw(edges()),
        compliance=Compliance(below_cost=draw(st.booleans()), below_map=draw(st.booleans())),
        routing=RoutingPlan(
            auto_within_ppm=auto,
            manager_above_ppm=manager,
            quarantine_above_ppm=draw(st.integers(manager, 2 * MILLION)),
        ),
        smallest_move=draw(st.sampled_from([0, 0, 1, 5])),
        min_gap_minutes=draw(st.sampled_from([0, 60])),
        freeze_while_lowest=draw(maybe(st.sampled_from([*RIVALS, "c9"]), 5)),
        same_price=draw(st.sampled_from([None, None, None, "lowest", "highest", "average"])),
    )


ACTIONS = ("keep", "min", "max", "msrp", "learned")
OFFER_MARKS = ("OWN", "SELLER", "QUARANTINED", "UNREAD", "NO_RATE", "EXPIRED", "STOCK_UNKNOWN", "NOT_IN_STOCK")
PRODUCT_MARKS = ("LOCKED", "IN_PROMOTION", "LOOPING", "OUT_OF_SCHEDULE", "OTHER_CURRENCY")
PRODUCTS = 40


class Market:
    """Products around one level of prices, so that their bounds, costs and offers meet; drawn from a seed."""

    def __init__(self, seed: int, level: int, largest: int, scale: int) -> None:
        self.random = Random(seed)
        self.largest = largest
        self.scale = scale
        self.level = level
        self.flat = self.random.random() < 0.1
        # Of a calm market few products have limits of their own, so that most of them are priced.
        self.limits = 0.1 if self.random.random() < 0.5 else 1.0

    def amount(self, odds: float, times: Fraction = Fraction(1)) -> Decimal | None:
        """An amount near the level, times something, or None; of a flat market always the same."""
        if self.random.random() >= odds:
            return None
        low, high = max(self.level * 85 // 100, 1), min(max(self.level * 115 // 100, 1), self.largest)
        units = self.random.choice(
            [floor(self.random.randint(low, high) * times) or 1] * 4
            + [self.level] * 2
            + [self.random.randint(1, self.largest)] * (self.limits == 1)
        )
        return Decimal(self.level if self.flat else min(units, self.largest)).scaleb(-self.scale)

    def offered(self) -> Decimal | None:
        """An amount of an offer; a correction may have left nothing of it, or less."""
        amount = self.amount(0.95)
        return -amount if amount is not None and self.random.random() < 0.02 else amount

    def marks(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(name for name in names if self.random.random() < 0.04)

    def seen(self) -> Seen:
        pick = self.random.choice
        return Seen(
            landed=self.offered(),
            item=self.offered(),
            age=pick([0, 0, 0, 0, 0, 30, 60, 61, 1440, 1441, -5, -6]),
            marks=self.marks(OFFER_MARKS),
            match=pick(["exact"] * 5 + ["equivalent", "substitute", "private_label"]),
            competitor=pick(RIVALS),
            confidence_ppm=pick([MILLION, MILLION, 800_000, 799_999]),
            agreement=pick([3, 2, 1]),
            fulfilment=pick([None, "seller", "seller", "warehouse"]),
        )

    def goods(self, rule_count: int) -> Goods:
        formula = self.amount(0.8)
        return Goods(
            price=self.amount(0.95),
            cost=self.amount(0.9) if self.random.random() < 0.5 * self.limits else self.cheap(),
            min=self.amount(0.4 * self.limits, Fraction(9, 10)),
            max=self.amount(0.4 * self.limits, Fraction(11, 10)),
            map=self.amount(0.2 * self.limits, Fraction(19, 20)),
            msrp=self.amount(0.2 * self.limits, Fraction(21, 20)),
            learned=self.amount(0.5),
            base=self.amount(0.3 * self.limits),
            settles=self.amount(0.5),
            family=self.random.choice([-1, 0, 1, 2, 3, 4, 5]),
            marks=self.marks(PRODUCT_MARKS),
            rule=self.random.randint(-1 if self.random.random() < 0.1 else 0, rule_count - 1),
            minutes_since_change=self.random.choice([None, 0, 59, 60, 600]),
            formulas={} if formula is None else {"f": formula},
            offers=tuple(self.seen() for _ in range(self.random.choice([0, 1, 1, 2, 3, 4, 6, 9]))),
        )

    def cheap(self) -> Decimal:
        return Decimal(self.random.randint(1, max(self.level * 2 // 3, 1))).scaleb(-self.scale)


@dataclass(frozen=True, slots=True)
class Case:
    """A plan, products under it, and how many digits finer than the currency their amounts are."""

    plan: Plan
    # A failure names its product; all forty of them would hide it.
    goods: list[Goods] = field(repr=False)
    finer: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Plans with their products."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    digits, finer, largest = CURRENCIES[currency], draw(st.sampled_from([0, 0, 2])), draw(st.sampled_from(SIZES))
    size = largest * 10**digits if largest == SIZES[-1] else largest
    level = draw(st.integers(max(size // 20, 1), size))
    some_rules = draw(st.lists(rules(level), min_size=1, max_size=3))
    market = Market(draw(st.integers(0, 2**32)), level * 10**finer, size * 10**finer, digits + finer)
    plan = Plan(currency=currency, minor_digits=digits, rules=tuple(some_rules))
    count = draw(st.sampled_from([0, 1, PRODUCTS, PRODUCTS]))
    return Case(plan, [market.goods(len(some_rules)) for _ in range(count)], finer)
