"""Global Trade Item Numbers: EAN-8, UPC-A, EAN-13 and GTIN-14 with a right check digit."""

from shared.kernel.errors import Invalid

_LENGTHS = (8, 12, 13, 14)


class InvalidGtin(Invalid):
    """A number that cannot be a GTIN."""

    code = "gtin/invalid"
    title = "The GTIN is invalid"


def check_digit(body: str) -> str:
    """The digit that completes `body` (GS1 General Specifications, section 7.9: weights 3 and 1 from the right)."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighted % 10)


def checked_gtin(text: str) -> str:
    """The GTIN as 14 digits, so that a UPC and its EAN compare equal; `InvalidGtin` says what is wrong."""
    digits = text.strip().replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _LENGTHS:
        detail = f"«{text}» is not 8, 12, 13 or 14 digits"
        raise InvalidGtin(detail)
    expected = check_digit(digits[:-1])
    if digits[-1] != expected:
        detail = f"«{text}» ends in {digits[-1]}, but its check digit is {expected}"
        raise InvalidGtin(detail)
    return digits.zfill(14)
