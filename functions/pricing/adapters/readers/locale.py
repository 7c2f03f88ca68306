"""What a page's address and markup tell of its country and language."""

import re
from urllib.parse import urlsplit

from pricing.adapters.readers.finding import find
from pricing.domain.price_text_currencies import PageLocale, currency_of_country

_LANG = re.compile(rb"<html[^>]{0,2000}?\blang\s*=\s*[\"']?([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?\b", re.IGNORECASE)
_OG_LOCALE = re.compile(r"([a-z]{2})[_-]([A-Z]{2})", re.IGNORECASE)
_HEAD = 20_000
_LONGEST_TAG = 2_100
_PATH_LOCALE = re.compile(r"^/([a-z]{2})(?:[-_/]([a-z]{2}))?(?:/|$)", re.IGNORECASE)
_HOST_LOCALE = re.compile(r"^(?:www\.)?(?:([a-z]{2})[-_])?([a-z]{2})\.", re.IGNORECASE)
# Domains sold to the whole world say nothing about a country.
_WORLDWIDE = frozenset(["CO", "IO", "ME", "TV", "AI", "CC", "WS", "FM", "AM", "TO", "LY", "GG", "SO"])
_HOME = {"JA": "JP", "KO": "KR", "CS": "CZ", "DA": "DK", "SV": "SE", "UK": "UA", "HE": "IL", "EL": "GR", "KK": "KZ"}
_ONE_COUNTRY = frozenset(
    [
        "ja",
        "ko",
        "cs",
        "da",
        "sv",
        "uk",
        "he",
        "el",
        "kk",
        "pl",
        "hu",
        "th",
        "vi",
        "tr",
        "bg",
        "sk",
        "sl",
        "hr",
        "lt",
        "lv",
        "et",
        "fi",
        "is",
        "ka",
    ]
)


def page_locale(page: bytes, url: str, stated_locale: str = "") -> PageLocale:
    """Weigh address, declared locale and language; the more explicit one wins."""
    tag = max(find(page, b"<html", 0, _HEAD), 0)
    lang = _LANG.search(page, tag, tag + _LONGEST_TAG)
    language = lang[1].decode().lower() if lang else None
    region = lang[2].decode().upper() if lang and lang[2] else None
    declared = _OG_LOCALE.match(stated_locale)
    stated = declared[2].upper() if declared else None
    country = _country_of_address(url) or _known(region) or _known(stated) or _country_of_language(language)
    return PageLocale(country=country, language=language or (declared[1].lower() if declared else None))


def _country_of_address(url: str) -> str | None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    top = host.rsplit(".", 1)[-1].upper()
    if len(top) == 2 and top not in _WORLDWIDE and _known(top):  # noqa: PLR2004
        return "GB" if top == "UK" else top
    for found in (_HOST_LOCALE.match(host), _PATH_LOCALE.match(parts.path)):
        for code in found.groups() if found else ():
            if code and code.upper() not in _HOME and _known(code.upper()) and code.lower() not in _LANGUAGES_ONLY:
                return code.upper()
    return None


_LANGUAGES_ONLY = frozenset(["en", "ar", "zh", "pt-br"])


def _known(country: str | None) -> str | None:
    return country if country and currency_of_country(country) else None


def _country_of_language(language: str | None) -> str | None:
    if language not in _ONE_COUNTRY:
        return None
    return _HOME.get(language.upper(), language.upper())
