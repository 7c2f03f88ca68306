"""An offer to watch, as somebody asks for it, before product and page are known to be ours and theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.market import Competitor, MatchType, Offer, ProductFacts
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import derived_id
from shared.kernel.public_url import checked_url, host_of

SAYABLE = frozenset({"match_type", "pack_quantity"})
"""What a person may change of an offer by sending it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """A product of a shop, by SKU, and the page that offers it; its domain says whose page it is.

    `said` names what was not left out: of an offer that is watched already, that and nothing else is changed.
    """

    shop_id: str
    sku: str
    url: str
    match_type: MatchType
    competitor_id: str | None = None
    pack_quantity: int | None = None
    said: frozenset[str] = frozenset()


class BadDraft(Exception):
    """What in a draft is wrong, by the name of its field, and the mend."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


def offer_of(draft: OfferDraft, facts: ProductFacts | None, competitors: dict[str, Competitor], at: datetime) -> Offer:
    """The offer that a draft asks for; `BadDraft` says what is wrong with it."""
    if facts is None:
        detail = f"the shop «{draft.shop_id}» has no SKU «{draft.sku}»; import it first (an import takes some seconds)"
        raise BadDraft("sku", detail)
    try:
        url = checked_url(draft.url)
    except Invalid as error:
        raise BadDraft("url", error.detail) from None
    competitor = _owner(draft, host_of(url), competitors)
    return Offer(
        offer_id=derived_id("off", facts.organisation_id, facts.product_id, url),
        organisation_id=facts.organisation_id,
        product_id=facts.product_id,
        shop_id=facts.shop_id,
        competitor_id=competitor.competitor_id,
        url=url,
        host=host_of(url),
        match_type=draft.match_type,
        created_at=at,
        pack_quantity=draft.pack_quantity,
    )


def _owner(draft: OfferDraft, host: str, competitors: dict[str, Competitor]) -> Competitor:
    if draft.competitor_id is None:
        owner = owner_of(host, competitors.values())
        if owner is None:
            raise BadDraft(
                "url", f"no competitor has the domain of «{host}»; register it with POST /pricing/competitors"
            )
        return owner
    named = competitors.get(draft.competitor_id)
    if named is None:
        detail = f"no competitor «{draft.competitor_id}»; register it with POST /pricing/competitors"
        raise BadDraft("competitor_id", detail)
    if not named.owns(host):
        raise BadDraft("url", f"«{host}» is not on {named.domain}, the domain of «{named.competitor_id}»")
    return named


def owner_of(host: str, competitors: Iterable[Competitor]) -> Competitor | None:
    """Whose page stands on a host: the competitor with the narrowest domain that the host is on."""
    owners = [one for one in competitors if one.owns(host)]
    return max(owners, key=lambda one: (len(one.domain), one.competitor_id), default=None)
