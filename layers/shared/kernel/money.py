"""Money: a decimal amount in an ISO 4217 currency, and whole minor units where exact arithmetic runs."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from shared.kernel.errors import Invalid

_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
    "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER "
    "ZAR ZMW ZWG"
)
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

MINOR_UNITS: dict[str, int] = (
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)
"""Digits after the decimal point of every active ISO 4217 currency, by code (ISO 4217, list one)."""

LARGEST = Decimal(1_000_000_000_000)
# Decimal itself also takes exponents, underscores, the digits of other scripts and thousands of places.
_PLAIN = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})", re.ASCII)


class InvalidMoney(Invalid):
    """An amount or a currency that no shop can charge."""

    code = "money/invalid"
    title = "The amount or its currency is invalid"


def checked_currency(code: str) -> str:
    """The ISO 4217 code, if it is one; `InvalidMoney` otherwise."""
    if code not in MINOR_UNITS:
        detail = f"«{code}» is not an ISO 4217 currency code in use; write it like EUR or USD"
        raise InvalidMoney(detail)
    return code


def parsed_amount(text: str) -> Decimal:
    """A plain decimal number such as `1299.00`; `InvalidMoney` for anything that must be guessed at."""
    if not _PLAIN.fullmatch(text.strip()):
        detail = f"«{text}» is not a number; write it with a point and no thousands mark, like 1299.00"
        raise InvalidMoney(detail)
    amount = Decimal(text.strip())
    if abs(amount) > LARGEST:
        detail = f"«{text}» is not an amount a price can have"
        raise InvalidMoney(detail)
    return amount


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency. Amounts are kept as given; `rounded` brings them to the currency's digits."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        checked_currency(self.currency)
        if not self.amount.is_finite() or abs(self.amount) > LARGEST:
            detail = f"{self.amount} is not an amount a price can have"
            raise InvalidMoney(detail)

    def rounded(self) -> "Money":
        """The same money at the currency's number of digits, halves away from zero."""
        step = Decimal(1).scaleb(-MINOR_UNITS[self.currency])
        return Money(self.amount.quantize(step, rounding=ROUND_HALF_UP), self.currency)

    @property
    def minor(self) -> int:
        """Whole minor units (cents), halves away from zero."""
        return int(self.rounded().amount.scaleb(MINOR_UNITS[self.currency]))

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> "Money":
        """The money that `minor` whole minor units of `currency` make."""
        return cls(Decimal(minor).scaleb(-MINOR_UNITS[checked_currency(currency)]), currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
