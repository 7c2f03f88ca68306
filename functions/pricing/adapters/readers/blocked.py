"""Recognise the pages that stand between a robot and the shop: challenges, captchas, refusals."""

import re

_SMALL = 60_000
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{0,200})")
_TITLES = re.compile(
    rb"just a moment|attention required|access denied|access to this page|robot check|are you (?:a )?(?:human|robot)"
    rb"|bot verification|security check|pardon our interruption|verify you are human|human verification|captcha"
    rb"|checking your browser|request blocked|403 forbidden|please wait\.\.\.|un momento|ddos-guard|blocked",
    re.IGNORECASE,
)
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
    title = _TITLE.search(page, 0, 200_000)
    if title and (found := _TITLES.search(title[1])) and (len(page) < _SMALL or len(title[1]) < 60):  # noqa: PLR2004
        return found[0].decode("ascii", "replace").lower()
    if len(page) >= _SMALL or b"ld+json" in page or b"itemprop=" in page:
        return None
    asked = _ASKS.search(page)
    marker = next((m for m in _CHALLENGES if m in page), None)
    if asked or (marker and marker not in {b"g-recaptcha", b"h-captcha", b"hcaptcha.com", b"cf-turnstile"}):
        return asked[0].decode("ascii", "replace").lower() if asked else (marker or b"").decode("ascii")
    return None
