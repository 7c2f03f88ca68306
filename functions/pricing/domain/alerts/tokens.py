"""What the tokens of a template stand for in an alert."""

from decimal import Decimal

from pricing.domain.alerts.alert import Alert
from pricing.domain.alerts.lines import AlertLine, seen_price

MOST_LINES_SAID = 10
LONGEST_VALUE = 200

TOKENS: dict[str, str] = {
    "text": "The alert in words, as it is told without a template",
    "rule": "The rule's name",
    "shop": "The shop's id",
    "competitor": "The competitor's name",
    "trigger": "What fired, of the offer of most money",
    "threshold": "The rule's threshold",
    "sku": "The SKU of the offer of most money",
    "product": "The name of its product",
    "old": "Its price before, as the page showed it",
    "new": "Its price now",
    "percent": "By how much it moved",
    "mine": "Our own price of it",
    "will": "What our rule made of it since",
    "money": "The money of a week that all of it puts at risk or opens",
    "offers": "How many offers it is about",
    "products": "How many products",
    "more": "How many offers beside that of most money",
    "lines": f"The {MOST_LINES_SAID} offers of most money, a line each",
    "link": "Where the alert is read",
}
"""Each token and what it stands for."""

EXAMPLE: dict[str, str] = {
    "text": "Nile cut HP-200 by 10.5 % from 94.90 EUR to 84.90 EUR, about 480 EUR margin a week at risk",
    "rule": "Cuts of our best sellers",
    "shop": "demo-eu",
    "competitor": "Nile",
    "trigger": "drop",
    "threshold": "5 %",
    "sku": "HP-200",
    "product": "Cordless drill HP-200",
    "old": "94.90 EUR",
    "new": "84.90 EUR",
    "percent": "-10.5 %",
    "mine": "92.90 EUR",
    "will": "no decision since",
    "money": "480.00 EUR",
    "offers": "1",
    "products": "1",
    "more": "0",
    "lines": "HP-200 Cordless drill HP-200: 94.90 EUR → 84.90 EUR (-10.5 %)",
    "link": "https://api.example.com/pricing/alerts/alr_example",
}
"""An alert that nobody raised, to see a template by."""


def tokens_of(alert: Alert, link: str) -> dict[str, str]:
    """The values of an alert's tokens. Only `text` and `lines` have several lines; what is not known is empty."""
    first = alert.lines[0] if alert.lines else None
    said = [_said(one) for one in alert.lines[:MOST_LINES_SAID]]
    money = None if alert.money is None or alert.currency is None else f"{alert.money:f} {alert.currency}"
    values = {
        "rule": alert.rule_name,
        "shop": alert.shop_id,
        "competitor": alert.competitor,
        "threshold": alert.threshold,
        "money": money or "",
        "offers": str(alert.offers),
        "products": str(alert.products),
        "more": str(max(alert.offers - 1, 0)),
        "link": link,
    } | (_of_line(first) if first is not None else {})
    plain = {name: _one_line(values.get(name, "")) for name in TOKENS}
    return plain | {"text": _clean(alert.text), "lines": "\n".join(_one_line(one) for one in said)}


def _of_line(line: AlertLine) -> dict[str, str]:
    return {
        "trigger": line.trigger.value,
        "sku": line.sku,
        "product": line.name,
        "old": seen_price(line.event.before),
        "new": seen_price(line.event.after),
        "percent": _percent(line.event.percent),
        "mine": "no price" if line.own_price is None else f"{line.own_price:f} {line.currency}",
        "will": line.will,
    }


def _said(line: AlertLine) -> str:
    moved = f" ({_percent(line.event.percent)})" if line.event.percent is not None else ""
    prices = f"{seen_price(line.event.before)} → {seen_price(line.event.after)}"
    return f"{line.sku} {line.name}: {prices}{moved}"


def _percent(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent:+.1f} %"


def _one_line(text: str) -> str:
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return plain if len(plain) <= LONGEST_VALUE else f"{plain[: LONGEST_VALUE - 1]}…"


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)
