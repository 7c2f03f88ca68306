"""How large a policy and each thing in it may be, so that reading, compiling and checking one ends soon."""

from decimal import Decimal

MOST_RULES = 10_000
MOST_TESTS = 1_000
MOST_AMOUNT = 10**15
_FARTHEST = 15
MOST_DIGITS = 12
LONGEST_TEXT = 2_000
LONGEST_NAME = 200


def how_far(value: Decimal) -> str | None:
    """Why a number is beyond what a policy may hold; None where it is not."""
    if not value.is_finite():
        return "it is no number"
    exponent = int(value.as_tuple().exponent)
    if exponent < -MOST_DIGITS:
        return f"it has more than {MOST_DIGITS} digits after the point"
    if max(exponent, value.adjusted()) > _FARTHEST or abs(value) > MOST_AMOUNT:
        return "it is larger than 10^15"
    return None


def shortened(text: str) -> str:
    """A message as people can read it, however long the names are that it quotes."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
