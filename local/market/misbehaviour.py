"""The ways a shop can be told to misbehave."""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """Each is something real sites do to scanners."""

    SLOW = "slow"
    FORBIDDEN = "403"
    BUSY = "429"
    BROKEN = "500"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_PRIVATE = "redirect_private"
    HUGE = "huge"
    GZIP_BOMB = "gzip_bomb"
    TRUNCATED = "truncated"
    CHANGED_MARKUP = "changed_markup"
    CAPTCHA = "captcha"
    NO_PRICE = "no_price"
    WRONG_CHARSET = "wrong_charset"
    ROBOTS_CLOSED = "robots_closed"
    ROBOTS_BROKEN = "robots_broken"
    CRAWL_DELAY = "crawl_delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """What a shop does, and for how many requests; None is until it is told to stop.

    `seconds` is how slow it is, how long it wants to be left alone, or the pause that its robots.txt asks for.
    """

    how: How
    seconds: float = 2.0
    times: int | None = None


CAPTCHA_PAGE = (
    "<!doctype html><html><head><title>Are you a human?</title></head><body><h1>Please complete the captcha</h1>"
    "<p>We noticed unusual traffic. Prove you are human to continue. Offer of the day: $1.00</p>"
    '<form><div class="g-recaptcha"></div><button>Continue</button></form></body></html>'
)
