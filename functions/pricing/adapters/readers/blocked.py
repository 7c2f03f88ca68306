"""Recognise the pages that stand between a robot and the shop: challenges, captchas, refusals."""

import re

from pricing.adapters.readers.finding import find, holds

_SMALL = 60_000
_SHORT_TITLE = 60
_HEAD = 200_000
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{0,200})")
_TITLES = (
    b"just a moment", b"attention required", b"access denied", b"access to this page", b"robot check",
    b"are you human", b"are you a human", b"are you robot", b"are you a robot", b"bot verification",
    b"security check", b"pardon our interruption", b"verify you are human", b"human verification", b"captcha",
    b"checking your browser", b"403 forbidden", b"please wait...", b"un momento", b"ddos-guard", b"blocked",
)  # fmt: skip
_CHALLENGES = (
    b"cf-challenge", b"cf_chl_", b"challenge-platform", b"/_Incapsula_Resource", b"captcha-delivery.com", b"px-captcha",
    b"_pxAppId", b"distil_r_captcha", b"geo.captcha", b"/sorry/index", b"validateCaptcha", b"ddos-guard",
    b"awswaf-captcha", b"g-recaptcha", b"h-captcha", b"hcaptcha.com", b"arkoselabs", b"cf-turnstile",
)  # fmt: skip
_ASKS = re.compile(
    rb"(?:enter|type) the characters|not a robot|unusual traffic|prove (?:that )?you(?:'re| are) human|automated access"
    rb"|verify (?:that )?you are (?:a )?human|enable (?:javascript and )?cookies to continue"
    rb"|complete the (?:captcha|security check)"
    rb"|keinen? roboter|pas un robot|no eres un robot|sei un robot",
    re.IGNORECASE,
)


def blocked_by(page: bytes) -> str | None:
    """Return what marks the page as a barrier, or None; a shop's page that merely uses a captcha is not one."""
    title = _title(page)
    said = next((words for words in _TITLES if holds(title, words)), None)
    if said and (len(page) < _SMALL or len(title) < _SHORT_TITLE):
        return said.decode("ascii")
    if len(page) >= _SMALL or holds(page, b"ld+json") or holds(page, b"itemprop="):
        return None
    asked = _ASKS.search(page)
    marker = next((m for m in _CHALLENGES if holds(page, m)), None)
    if asked or (marker and marker not in {b"g-recaptcha", b"h-captcha", b"hcaptcha.com", b"cf-turnstile"}):
        return asked[0].decode("ascii", "replace").lower() if asked else (marker or b"").decode("ascii")
    return None


def _title(page: bytes) -> bytes:
    at = find(page, b"<title", 0, _HEAD)
    found = _TITLE.match(page, at) if at >= 0 else None
    return found[1].lower() if found else b""
