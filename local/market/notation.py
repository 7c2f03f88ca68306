"""Write amounts the way shops of a country do."""

from decimal import Decimal

_SIGNS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "CHF": "CHF",
    "INR": "₹",
    "JPY": "¥",
    "PLN": "zł",
    "SEK": "kr",
    "CZK": "Kč",
    "BRL": "R$",
}
_MARKS = {"de": (".", ","), "es": (".", ","), "it": (".", ","), "pt": (".", ","), "nl": (".", ","),
          "fr": ("\u202f", ","), "pl": ("\u00a0", ","), "sv": ("\u00a0", ","), "cs": ("\u00a0", ",")}  # fmt: skip
_SIGN_LAST = frozenset(["de", "es", "it", "fr", "pl", "sv", "cs"])


def amount_text(amount: Decimal, currency: str, language: str, country: str = "") -> str:
    """Return an amount with its sign, grouped and marked as readers of the language expect."""
    group, mark = ("'", ".") if country == "CH" else _MARKS.get(language, (",", "."))
    whole, _, cents = f"{amount:f}".partition(".")
    number = _grouped(whole, group, indian=currency == "INR") + (f"{mark}{cents}" if cents else "")
    sign = _SIGNS.get(currency, currency)
    if language in _SIGN_LAST and country != "CH":
        return f"{number}\u00a0{sign}"
    return f"{sign} {number}" if sign.isalpha() else f"{sign}{number}"


def _grouped(whole: str, mark: str, *, indian: bool) -> str:
    if not indian or len(whole) <= 3:  # noqa: PLR2004
        return f"{int(whole):,}".replace(",", mark)
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(at - 2, 0) : at] for at in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail])
