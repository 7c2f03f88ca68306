"""The kernel's closed lists: what a number in its columns means. Values are stored; never renumber them."""

from enum import IntEnum, IntFlag


class Reason(IntEnum):
    """Why a price is what it is; the names are those of the closed list of reason codes. NONE: no rule held."""

    NONE = 0
    BEAT_LOWEST = 1
    MATCH_LOWEST = 2
    HOLD_FLOOR = 3
    HOLD_MAP = 4
    HOLD_MAX = 5
    CHANGE_LIMIT = 6
    NO_COMPETITION = 7
    STALE_DATA = 8
    LOW_CONFIDENCE = 9
    QUARANTINED = 10
    LOCKED = 11
    IN_PROMOTION = 12
    BOUNDS_CONFLICT = 13
    MISSING_COST = 14
    BELOW_MIN_MOVE = 15
    MIN_GAP = 16
    LOOP_DETECTED = 17
    COMPLIANCE_BLOCK = 18


class Gate(IntEnum):
    """Why an offer may not price anything, in the order in which gates are asked; OPEN passes."""

    OPEN = 0
    OUTSIDE = 1
    MATCH_TYPE = 2
    OWN = 3
    SELLER = 4
    QUARANTINED = 5
    UNREAD = 6
    NO_RATE = 7
    NOTHING_LEFT = 8
    FUTURE = 9
    EXPIRED = 10
    STALE = 11
    STOCK_UNKNOWN = 12
    NOT_IN_STOCK = 13
    CONFIDENCE = 14
    AGREEMENT = 15
    BELOW_MIN = 16


class Binding(IntEnum):
    """What kept a price from its target, or left nothing to follow. NONE: nothing did.

    Lower bounds, and upper bounds, stand in the order in which they are taken: the first of equal ones is named.
    """

    NONE = 0
    MIN_PRICE = 1
    POLICY_MIN = 2
    MIN_MARGIN = 3
    MIN_MARKUP = 4
    MIN_PROFIT = 5
    MAP = 6
    COMPETITOR_FLOOR = 7
    LARGEST_CUT = 8
    VALID_LOW = 9
    MAX_PRICE = 10
    POLICY_MAX = 11
    MSRP = 12
    LARGEST_RISE = 13
    VALID_HIGH = 14
    GATE_QUARANTINED = 15
    GATE_STALE = 16
    GATE_EXPIRED = 17
    GATE_CONFIDENCE = 18
    GATE_AGREEMENT = 19
    NO_COMPETITION = 20
    COMPETITOR_BELOW_MIN = 21
    COMPETITOR_EQUALS_MIN = 22
    OWN_EQUALS_MIN = 23
    BELOW_COST = 24
    BELOW_MAP = 25
    CURRENCY = 26
    COST = 27
    SMALLEST_MOVE = 28
    MIN_GAP = 29
    PROMOTION = 30
    LOCK = 31
    LOOP = 32
    BELIEF = 33
    SCHEDULE = 34
    CONTRADICTION = 35
    FREEZE = 36


class Route(IntEnum):
    """Who must look at a decision before it goes out; NONE: nothing goes out."""

    NONE = 0
    AUTO = 1
    REVIEW = 2
    MANAGER = 3
    QUARANTINE = 4


class ProductFlag(IntFlag):
    """What stands about a product, in its `flags`."""

    LOCKED = 1
    IN_PROMOTION = 2
    LOOPING = 4
    OUT_OF_SCHEDULE = 8
    OTHER_CURRENCY = 16


class OfferFlag(IntFlag):
    """What stands about an offer, in its `flags`; an offer without any is in stock and counts.

    SELLER: left out by its competitor's rules. NO_RATE: in a currency nobody can convert. EXPIRED: by its
    competitor's own limit. UNREAD: no price was ever read.
    """

    OWN = 1
    SELLER = 2
    QUARANTINED = 4
    UNREAD = 8
    NO_RATE = 16
    EXPIRED = 32
    STOCK_UNKNOWN = 64
    NOT_IN_STOCK = 128


class Note(IntFlag):
    """What a reader of a decision should know, in its `flags`.

    GOAL: the target was reached. NO_ENDING: no ending lay inside the bounds. NO_MINIMUM: the product has no minimum of
    its own, so nothing goes out without a person. ACTION: an edge case, or the end of the chain or of a loop, chose the
    target. FAMILY: the price is a family's; its bounds are those of all, its line that of the one they follow.
    GUARD_UNKNOWN: nobody knows what a competitor asks whose price the rule must not go below, or waits for: no move
    goes out without a person.
    """

    GOAL = 1
    NO_ENDING = 2
    NO_MINIMUM = 4
    ACTION = 8
    FAMILY = 16
    GUARD_UNKNOWN = 32


MATCH_TYPES = ("exact", "equivalent", "substitute", "private_label")
"""An offer's `match_type` is a place in this list."""

NOBODY = -1
"""No line, no offer, no rule."""

REASON_OF = {
    Binding.MIN_PRICE: Reason.HOLD_FLOOR,
    Binding.POLICY_MIN: Reason.HOLD_FLOOR,
    Binding.MAP: Reason.HOLD_MAP,
    Binding.MIN_MARGIN: Reason.HOLD_FLOOR,
    Binding.MIN_MARKUP: Reason.HOLD_FLOOR,
    Binding.MIN_PROFIT: Reason.HOLD_FLOOR,
    Binding.COMPETITOR_FLOOR: Reason.HOLD_FLOOR,
    Binding.LARGEST_CUT: Reason.CHANGE_LIMIT,
    Binding.VALID_LOW: Reason.BOUNDS_CONFLICT,
    Binding.MAX_PRICE: Reason.HOLD_MAX,
    Binding.POLICY_MAX: Reason.HOLD_MAX,
    Binding.MSRP: Reason.HOLD_MAX,
    Binding.LARGEST_RISE: Reason.CHANGE_LIMIT,
    Binding.VALID_HIGH: Reason.BOUNDS_CONFLICT,
    Binding.GATE_QUARANTINED: Reason.QUARANTINED,
    Binding.GATE_STALE: Reason.STALE_DATA,
    Binding.GATE_EXPIRED: Reason.STALE_DATA,
    Binding.GATE_CONFIDENCE: Reason.LOW_CONFIDENCE,
    Binding.GATE_AGREEMENT: Reason.LOW_CONFIDENCE,
    Binding.NO_COMPETITION: Reason.NO_COMPETITION,
    Binding.BELOW_COST: Reason.COMPLIANCE_BLOCK,
    Binding.BELOW_MAP: Reason.COMPLIANCE_BLOCK,
    Binding.CURRENCY: Reason.BOUNDS_CONFLICT,
    Binding.COST: Reason.MISSING_COST,
    Binding.COMPETITOR_BELOW_MIN: Reason.HOLD_FLOOR,
    Binding.COMPETITOR_EQUALS_MIN: Reason.HOLD_FLOOR,
    Binding.OWN_EQUALS_MIN: Reason.HOLD_FLOOR,
    Binding.SMALLEST_MOVE: Reason.BELOW_MIN_MOVE,
    Binding.MIN_GAP: Reason.MIN_GAP,
    Binding.SCHEDULE: Reason.MIN_GAP,
    Binding.PROMOTION: Reason.IN_PROMOTION,
    Binding.LOCK: Reason.LOCKED,
    Binding.LOOP: Reason.LOOP_DETECTED,
    Binding.BELIEF: Reason.QUARANTINED,
    Binding.CONTRADICTION: Reason.BOUNDS_CONFLICT,
    # The rule itself keeps the price in place, as a person's lock does; the closed list has no nearer word.
    Binding.FREEZE: Reason.LOCKED,
}
"""What a decision says when this binds."""

GATES_OF_EVIDENCE = tuple(
    (gate, Binding[f"GATE_{gate.name}"])
    for gate in (Gate.QUARANTINED, Gate.STALE, Gate.EXPIRED, Gate.CONFIDENCE, Gate.AGREEMENT)
)
"""Gates that hold a product whose line finds nothing to follow; the first that closed on any offer is named."""
