"""What a site's robots.txt allows us (RFC 9309), and how fast."""

from dataclasses import dataclass, replace
from datetime import timedelta

from protego import Protego

from pricing.domain.fetched import Fetch, Fetched

LARGEST = 512 * 1024
KEPT = timedelta(hours=24)
KEPT_WHEN_UNREACHABLE = timedelta(minutes=10)
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one site for our user agent."""

    rules: Protego | None
    allows_all: bool
    kept: timedelta = KEPT
    refusal: Fetch = Fetch.ROBOTS_DISALLOWED
    why: str = "robots.txt disallows the page"
    pause: float = 0.0
    """The pause the site asks for where its rules themselves are not at hand (seconds)."""
    not_yet_seconds: float = 0.0
    """How long who has the rules is to be left alone, before they can be asked for (again)."""

    def allow(self, url: str, agent: str) -> bool:
        """Return whether the page may be fetched."""
        return bool(self.rules.can_fetch(url, agent)) if self.rules is not None else self.allows_all

    def delay_seconds(self, agent: str) -> float:
        """Return the pause the site asks for between two requests."""
        if self.rules is None:
            return self.pause
        rate = self.rules.request_rate(agent)
        between = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(float(self.rules.crawl_delay(agent) or 0.0), between)


UNREACHABLE = RobotsRules(None, allows_all=False, kept=KEPT_WHEN_UNREACHABLE, why="robots.txt cannot be had")


def cleared(pause_seconds: float) -> RobotsRules:
    """The rules of a page that they were asked about not long ago: it may be read, at such a pause."""
    return RobotsRules(None, allows_all=True, pause=pause_seconds)


def not_yet(seconds: float) -> RobotsRules:
    """The rules of a site that cannot be asked for now: who has them is to be left alone for so long."""
    why = "its host is to be left alone for longer"
    return RobotsRules(None, allows_all=False, refusal=Fetch.NOT_YET, why=why, not_yet_seconds=seconds)


def too_busy(status: int, seconds: float) -> RobotsRules:
    """Keep out of a site whose server asks to be asked again in so long: that is no answer to keep."""
    why = f"robots.txt cannot be had: the server answered {status}"
    return replace(UNREACHABLE, why=why, not_yet_seconds=seconds)


def unreachable_because(failure: Fetched) -> RobotsRules:
    """Keep out of a site that could not be asked; a site that cannot be reached at all is named so."""
    if failure.outcome in {Fetch.REFUSED_ADDRESS, Fetch.UNREACHABLE, Fetch.TIMEOUT}:
        return replace(UNREACHABLE, refusal=failure.outcome, why=failure.detail)
    return UNREACHABLE


def robots_rules(status: int, body: bytes) -> RobotsRules:
    """Read the answer to robots.txt: absent means free, broken means keep out."""
    if status == _TOO_MANY_REQUESTS or status >= 500:  # noqa: PLR2004
        return UNREACHABLE
    if not 200 <= status < 300:  # noqa: PLR2004
        return RobotsRules(None, allows_all=True)
    return RobotsRules(Protego.parse(body[:LARGEST].decode("utf-8", "replace").lstrip("\ufeff")), allows_all=True)


def product_token(user_agent: str) -> str:
    """Return the name by which robots.txt files address a user agent."""
    return user_agent.split("/", maxsplit=1)[0].split(maxsplit=1)[0]
