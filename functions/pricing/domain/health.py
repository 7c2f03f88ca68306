"""How well competitors' data arrives: the state of each offer, and the counts by competitor, host and reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pricing.domain.market import Offer


class OfferState(StrEnum):
    """Where an offer stands; the first that fits, in this order."""

    LOST = "lost"
    QUARANTINED = "quarantined"
    FAILING = "failing"
    NEVER_READ = "never_read"
    STALE = "stale"
    FRESH = "fresh"


def state_of(offer: Offer, since: datetime) -> OfferState:
    """The state of an offer, whose price is fresh when it was confirmed at `since` or later."""
    if offer.is_lost:
        return OfferState.LOST
    if offer.quarantined is not None:
        return OfferState.QUARANTINED
    if offer.failing_since is not None:
        return OfferState.FAILING
    if offer.latest is None:
        return OfferState.NEVER_READ
    return OfferState.FRESH if offer.latest.captured_at >= since else OfferState.STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Offers of one competitor on one host in one state, failing for one reason or for none.

    `read` were read at any time, `delivered` since the window began; `added` are watched since the month began.
    """

    competitor_id: str
    host: str
    state: OfferState
    reason: str | None
    offers: int
    delivered: int
    read: int
    added: int
    failing_since: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why offers bring no price, how many they are, and since when the first of them does not."""

    reason: str
    offers: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the offers of a competitor, or of one of its hosts, are delivered. `late` were read before the window."""

    offers: int
    delivered: int
    late: int
    added_this_month: int
    states: Mapping[str, int]
    failures: tuple[Failure, ...]
    newest: datetime | None


def health_of(tallies: Iterable[Tally]) -> Health:
    """The tallies of one competitor or host as one."""
    known = tuple(tallies)
    offers, delivered = (sum(one.offers for one in known), sum(one.delivered for one in known))
    read = sum(one.read for one in known)
    states = {state.value: sum(one.offers for one in known if one.state is state) for state in OfferState}
    return Health(
        offers=offers,
        delivered=delivered,
        late=read - delivered,
        added_this_month=sum(one.added for one in known),
        states=states,
        failures=_failures(known),
        newest=max((one.newest for one in known if one.newest is not None), default=None),
    )


def _failures(tallies: tuple[Tally, ...]) -> tuple[Failure, ...]:
    reasons = sorted({one.reason for one in tallies if one.reason is not None})
    return tuple(
        Failure(
            reason=reason,
            offers=sum(one.offers for one in tallies if one.reason == reason),
            since=min(
                (one.failing_since for one in tallies if one.reason == reason and one.failing_since is not None),
                default=None,
            ),
        )
        for reason in reasons
    )
