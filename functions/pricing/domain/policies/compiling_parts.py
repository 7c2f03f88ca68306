"""The other parts of a rule as the kernel takes them; what nobody said is what is usual."""

from decimal import Decimal

from pricing.domain.plan import (
    MILLION,
    MOST_LOOP_MOVES,
    BoundsPlan,
    CompetitorSet,
    Compliance,
    Edges,
    EndingPlan,
    Evidence,
    LoopPlan,
    RoutingPlan,
    valid_range,
)
from pricing.domain.policies import parts
from pricing.domain.policies.closed import Closed
from pricing.domain.policies.flaws import Notes
from pricing.domain.policies.written import NotExact, ending

MOST_AGE_HOURS = 8_760
MOST_WINDOW_HOURS = 720
"""A loop looks back at own moves, which are kept for 120 days."""


def said(part: Closed | None, *names: str) -> dict[str, object]:
    """The named fields of a part that were said, by name."""
    return {name: value for name in names if (value := getattr(part, name, None)) is not None}


def bounds(written: parts.Bounds, pointer: str, notes: Notes) -> BoundsPlan:
    """The limits of a rule. What was noted as a flaw is left out."""
    low, high = valid_range(notes.digits)
    fee = notes.ppm(f"{pointer}/channel_fee_percent", written.channel_fee_percent, 0, 99) or 0
    margin = notes.ppm(f"{pointer}/min_margin_percent", written.min_margin_percent, 0, 99)
    if margin is not None and margin + fee >= MILLION:
        notes.add(f"{pointer}/min_margin_percent", "margin and channel fee leave nothing of a price", "lower one")
        margin = None
    valid_low = notes.minor(f"{pointer}/valid_from", written.valid_from) or low
    valid_high = notes.minor(f"{pointer}/valid_to", written.valid_to) or high
    if not low <= valid_low <= valid_high <= high:
        notes.add(pointer, "the valid range must lie within 0.01 to 1,000,000 and not end before it starts", "mend it")
        valid_low, valid_high = low, high
    return BoundsPlan(
        valid_low=valid_low,
        valid_high=valid_high,
        min_margin_ppm=margin,
        min_markup_ppm=notes.ppm(f"{pointer}/min_markup_percent", written.min_markup_percent, 0, 800),
        min_profit=notes.minor(f"{pointer}/min_profit", written.min_profit, least=0),
        channel_fee_ppm=fee,
        cost_tax_ppm=notes.ppm(f"{pointer}/cost_tax_percent", written.cost_tax_percent, 0, 800) or 0,
        min_price=notes.minor(f"{pointer}/min_price", written.min_price),
        max_price=notes.minor(f"{pointer}/max_price", written.max_price),
        max_up_ppm=_step(f"{pointer}/max_up_percent", written.max_up_percent, 800, notes),
        max_down_ppm=_step(f"{pointer}/max_down_percent", written.max_down_percent, 100, notes),
        max_up=notes.minor(f"{pointer}/max_up", written.max_up),
        max_down=notes.minor(f"{pointer}/max_down", written.max_down),
        respect_map=written.respect_map is not False,
        respect_msrp=written.respect_msrp is not False,
        floor_competitor=written.floor_competitor,
    )


def _step(pointer: str, percent: Decimal | None, most: int, notes: Notes) -> int | None:
    ppm = notes.ppm(pointer, percent, 0, most)
    if ppm == 0:
        notes.add(pointer, "a largest move of 0 % lets no price change", "leave it out, or let the rule follow nothing")
        return None
    return ppm


def evidence(written: parts.Evidence, pointer: str, notes: Notes) -> Evidence:
    """What offers must bring."""
    usual = Evidence()
    age = notes.minutes(f"{pointer}/max_age_hours", written.max_age_hours, MOST_AGE_HOURS)
    if age == 0:
        notes.add(f"{pointer}/max_age_hours", "0 hours are no age", f"write up to {MOST_AGE_HOURS:,} hours")
    confidence = written.min_confidence
    if confidence is not None and not (confidence.is_finite() and 0 <= confidence <= 1):
        notes.add(f"{pointer}/min_confidence", f"{confidence} is out of range", "write 0 to 1, like 0.8")
        confidence = None
    share = notes.ppm(f"{pointer}/min_confidence", None if confidence is None else confidence * 100, 0, 100)
    agreement = written.min_agreement
    if agreement is not None and not 0 <= agreement <= 100:  # noqa: PLR2004  # a page has a handful of readers
        notes.add(f"{pointer}/min_agreement", f"{agreement} readers cannot agree", "write 0 to 100")
    if written.match_types == ():
        notes.add(f"{pointer}/match_types", "no match type is left, so no offer counts", "name at least one")
    return Evidence(
        max_age_minutes=usual.max_age_minutes if age is None else age,
        min_confidence_ppm=share or 0,
        min_agreement=agreement or 0,
        accept_unknown_stock=bool(written.accept_unknown_stock),
        match_types=written.match_types or usual.match_types,
    )


def competitors(written: parts.Competitors | None, pointer: str, notes: Notes) -> CompetitorSet:
    """Whose offers count."""
    if written is None or not (written.only or written.except_):
        return CompetitorSet()
    if written.only and written.except_:
        notes.add(pointer, "competitors says only and except at once", "keep one of them")
    return CompetitorSet(kind="only" if written.only else "except", ids=written.only or written.except_)


def endings(written: parts.Ending | None, pointer: str, notes: Notes) -> EndingPlan | None:
    """How prices end; None where nothing was asked, or nothing that can be."""
    if written is None:
        return None
    made = []
    for place, text in enumerate(written.endings):
        try:
            made.append(ending(text, notes.digits, notes.currency))
        except NotExact as refused:
            notes.add(f"{pointer}/endings/{place}", str(refused), "write endings as prices show them")
    if not written.endings:
        notes.add(pointer, "no ending is named", "write endings: ['.99'], or remove ending")
    return EndingPlan(endings=tuple(made), prefer=written.prefer) if made else None


def edges(written: parts.EdgeCases | None) -> Edges:
    """What to do at the edges of the market."""
    names = ("no_competition", "competitor_below_min", "competitor_equals_min", "own_equals_min")
    return Edges(**said(written, *names))  # type: ignore[arg-type]  # the words are the plan's own


def compliance(written: parts.Compliance | None) -> Compliance:
    """What must never be published."""
    return Compliance(**said(written, "below_cost", "below_map"))  # type: ignore[arg-type]  # both are flags


def routing(written: parts.Routing, pointer: str, notes: Notes) -> RoutingPlan:
    """Who must look at a move; the limits must not fall."""
    usual = RoutingPlan()
    names = ("auto_within", "manager_above", "quarantine_above")
    made = {}
    for name in names:
        limit = notes.ppm(f"{pointer}/{name}_percent", getattr(written, f"{name}_percent"), 0, 800)
        made[f"{name}_ppm"] = getattr(usual, f"{name}_ppm") if limit is None else limit
    limits = list(made.values())
    if limits != sorted(limits):
        detail = f"the limits fall: {', '.join(f'{limit / 10_000:g} %' for limit in limits)}"
        notes.add(pointer, detail, "let auto_within, manager_above and quarantine_above rise")
    return RoutingPlan(**made)


def loop(written: parts.Loop | None, pointer: str, notes: Notes) -> LoopPlan:
    """How long a price war may be."""
    if written is None:
        return LoopPlan()
    window = notes.minutes(f"{pointer}/window_hours", written.window_hours, MOST_WINDOW_HOURS)
    if window is None:
        return LoopPlan()
    if not 1 <= written.max_moves <= MOST_LOOP_MOVES or not window:
        detail = f"{written.max_moves} moves in {written.window_hours} hours cannot be kept"
        notes.add(pointer, detail, f"write 1 to {MOST_LOOP_MOVES} moves, in more than 0 hours")
        return LoopPlan()
    return LoopPlan(max_moves=written.max_moves, window_minutes=window)
