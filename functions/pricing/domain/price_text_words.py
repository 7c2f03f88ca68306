"""The words around a number that say what kind of price it is, in the languages shops use."""

import re
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What a price text says about its amount."""

    NONE = "none"
    EXACT = "exact"
    NOW = "now"
    FROM = "from"
    RANGE = "range"
    MULTIBUY = "multibuy"
    NET = "net"
    PER_UNIT = "per_unit"
    INSTALMENT = "instalment"
    WAS = "was"
    SAVING = "saving"
    SHIPPING = "shipping"
    FREE = "free"


def _any(words: str) -> str:
    return "(?:" + "|".join(words.split("|")) + ")"


_FREE = re.compile(
    _any(
        "free|gratis|kostenlos|gratuit|gratuito|grátis|бесплатно|безкоштовно|zdarma|zadarmo|za darmo|ingyenes"
        "|ücretsiz|bedava|无料|無料|免费|免費|مجاني|مجانا|رایگان|ilmainen|for free"
    ),
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b\d{1,3}\s?(?:[x×]|mal|fois|veces|vezes|rat|raten)\s*(?:de|à|of|von)?\W*$", re.IGNORECASE)
# Both tables are matched against small letters: a search that ignores case is five times as slow.
_BEFORE: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![^\W\d_]){_any(words)}(?![^\W\d_])"))
    for kind, words in (
        (
            Kind.SAVING,
            (
                r"save|saves|saving|savings|you save|sie sparen|sparen|ersparnis|ahorra|ahorras"
                r"|économisez|risparmi|besparing|spar|rabatt von|oszczędzasz|ušetříte|экономия|скидка"
                r"|desconto de|discount"
            ),
        ),
        (
            Kind.SHIPPING,
            (
                r"shipping|delivery|postage|p&p|versand|versandkosten|livraison|envío|envio|frete"
                r"|spedizione|verzending|verzendkosten|доставка|dostawa|doprava|poštovné|kargo|frakt"
                r"|toimitus|deposit|pfand"
            ),
        ),
        (
            Kind.INSTALMENT,
            (
                r"payments? of|instal?lments? of|monthly|monatlich|rate von|parcelas? de|cuotas? de"
                r"|mensualit\w+|raty|splátk\w+|rassrochka|в рассрочку"
            ),
        ),
        (
            Kind.NET,
            (
                r"ex\.? ?vat|excl\.? ?\w*|exkl\.?|netto|net|bez podatku|bez dph|hors taxes?|sin iva"
                r"|без ндс|zzgl"
            ),
        ),
        (
            Kind.WAS,
            (
                r"was|before|statt|instead of|rrp|msrp|uvp|srp|list price|reg(?:ular)?\.?(?: price)?"
                r"|old price|orig\w*|compare at|retail(?: price)?|prima|prezzo di listino|antes|avant"
                r"|au lieu de|před slevou|původní\w*|pôvodn\w+|běžná cena|bežná cena|cena regularna"
                r"|przed|było|было|старая цена|стара ціна|eerst|van|adviesprijs|listino|de|tidigare"
                r"|ord\.?(?: pris)?|ordinarie|før|normalpris|precio anterior|por antes"
            ),
        ),
        (
            Kind.NOW,
            (
                r"now|sale|sale price|our price|today|special|offer price|deal|jetzt|nur|ora"
                r"|maintenant|ahora|por|oggi|teraz|nyní|сейчас|teraz|promocja|akční cena|po slevě|nu|nå"
                r"|voor|şimdi|à présent|por apenas|à vista por"
            ),
        ),
        (
            Kind.FROM,
            (
                r"from|starting(?: at)?|as low as|ab|à partir de|dès|a partire da|desde|a partir de|od"
                r"|от|від|vanaf|fra|från|alkaen|min\.?"
            ),
        ),
    )
)
_TIME_UNIT = _any(
    "mo|mth|mnth|month|months|mois|mes|mês|monat|mese|maand|мес|месяц|week|wk|woche|year|yr|jahr|an|an|año|rok"
)
_UNIT = _any(
    r"\d*\s?kg|\d*\s?g|\d+\s?gr?|\d*\s?l|\d*\s?ml|\d*\s?cl|liter|litre|litro|litr|oz|lb|lbs"
    r"|m2|m²|m3|sqft|sq\.? ?ft|sqm|m"
    r"|mtr|metre|meter|kilogramm|kilo|quintal|ton|tonne|кг|л|м|м2|м²|litre"
)
_BEHIND: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.INSTALMENT, rf"\W{{0,3}}(?:/|per|a|pro|par|al|por|im|в|za|na)\s?{_TIME_UNIT}\b"),
        (Kind.INSTALMENT, r"\W{0,3}(?:sem juros|sin inter[eé]s|mtl\.?|monatlich|monthly|mensual|miesięcznie|měsíčně)"),
        (Kind.PER_UNIT, rf"\W{{0,3}}(?:/|per|pro|je|al|par|por|za|за|the)\s?{_UNIT}(?![^\W_])"),
        (Kind.SAVING, r"\W{0,3}(?:off\b|saved?\b|rabatt\b|cashback|de réduction|de descuento|de desconto|discount\b)"),
        (Kind.SHIPPING, r"\W{0,3}(?:shipping|delivery|postage|versand|p&p|de frais de port|for delivery)\b"),
        (Kind.NET, r"\W{0,3}(?:ex\.? ?vat|excl|exkl|netto|ht\b|hors tax|bez dph|(?:\+|plus|más) ?(?:vat|iva|tax|gst))"),
    )
)  # fmt: skip
_HAS_NUMBER = re.compile(r"\d")
_SAYS = re.compile(r"[^\W\d_]")
_QUANTITY = re.compile(
    r"\b(\d{1,4})\s+(?:[^\W\d_]+\s+)?(?:for|für|pour|por|za|за|per|voor|för)\s*(?:only|nur|just|solo|seulement)?\W*$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:-|–|—|~|〜|to|bis(?: zu)?|à|до|do|hasta|til|tot|through)\s?", re.IGNORECASE)


def is_free(text: str) -> bool:
    """Return whether a text says that the price is nothing, and says no more than that."""
    return _FREE.fullmatch(text.strip(" !.*:()")) is not None


# A shop writes the same few words beside its prices, and a batch holds many pages of one shop.
@lru_cache(maxsize=4_000)
def kind_of_part(before: str, behind: str) -> Kind:
    """Return what the words right before and right behind a number say about it."""
    if _SAYS.search(behind):
        small = behind.lower()
        for kind, pattern in _BEHIND:
            if pattern.match(small):
                return kind
    if not _SAYS.search(before):
        return Kind.EXACT
    small = before.lower()
    said = [(found.end(), kind) for kind, pattern in _BEFORE for found in pattern.finditer(small)]
    return max(said, key=lambda one: one[0])[1] if said else Kind.EXACT


def is_multiplied(before: str) -> bool:
    """Return whether the text leads to its amount by "12 x": so many instalments."""
    return _HAS_NUMBER.search(before) is not None and _TIMES.search(before) is not None


def quantity_before(before: str) -> int | None:
    """Return N of "N for", when that is how the text leads to its amount."""
    found = _QUANTITY.search(before) if _HAS_NUMBER.search(before) else None
    return int(found[1]) if found else None


def reads_as_range(between: str) -> bool:
    """Return whether the text between two numbers makes them the ends of a range."""
    return _RANGE.fullmatch(between) is not None
