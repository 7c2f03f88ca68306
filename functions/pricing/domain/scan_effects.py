"""What looks brought: how many saw a change, and how many of those moved what a product is sold for elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pricing.domain.market import Observation, Offer
from pricing.domain.reading import Availability
from shared.kernel.compute_cost import compute_microusd

# The scanner's memory in terraform/functions.tf.
SCANNER_MB = 512

_ON_SALE = frozenset({Availability.IN_STOCK, Availability.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What looks brought: how many there were, what they cost, and what they saw.

    `changes` are looks that saw another price or stock than before, `useful` those that moved the lowest price on sale
    of a product. `billed_ms` is the time of a scanner with `SCANNER_MB` of memory.
    """

    looks: int = 0
    billed_ms: int = 0
    changes: int = 0
    useful: int = 0

    @property
    def cost_microusd(self) -> int:
        """What they cost, in millionths of a US dollar."""
        return compute_microusd(SCANNER_MB, timedelta(milliseconds=self.billed_ms))

    @property
    def microusd_for_each_useful(self) -> int | None:
        """What each useful change cost; None where there was none."""
        return round(self.cost_microusd / self.useful) if self.useful else None


def differs(before: Observation | None, after: Observation | None) -> bool:
    """Whether two trusted looks at one offer show another price or stock; the first look at it shows no change."""
    if before is None or after is None or before is after:
        return False
    shown = [(one.item_price, one.shipping, one.currency, one.availability) for one in (before, after)]
    return shown[0] != shown[1]


def changed_offers(before: Mapping[str, Offer], after: Mapping[str, Offer]) -> list[Offer]:
    """The offers whose trusted look shows something else than before, as they are now."""
    return [offer for name, offer in after.items() if differs(before[name].latest, offer.latest)]


def decided_anew(before: Mapping[str, Offer], after: Mapping[str, Offer]) -> list[Offer]:
    """The offers that decisions see otherwise than before, as they are now: a first price counts, and a doubt."""
    return [one for name, one in after.items() if name not in before or _as_decided(before[name]) != _as_decided(one)]


def _as_decided(offer: Offer) -> tuple[object, ...]:
    """What decisions see of an offer, without its age; one that is doubted prices nothing, whatever it shows."""
    seen = offer.latest
    if offer.quarantined is not None:
        return ("doubted",)
    if seen is None:
        return ("unread",)
    shown = (seen.item_price, seen.shipping, seen.currency, seen.availability, seen.pack)
    return (*shown, seen.seller, seen.fulfilment)


def moved_products(before: Mapping[str, Offer], changed: Iterable[Offer], of_products: Iterable[Offer]) -> int:
    """How many products have another lowest price on sale. `of_products` are all their offers, as they were before."""
    now = {offer.offer_id: offer for offer in changed}
    by_product: dict[str, list[Offer]] = {}
    for offer in of_products:
        by_product.setdefault(offer.product_id, []).append(before.get(offer.offer_id, offer))
    return sum(
        _lowest(offers) != _lowest([now.get(one.offer_id, one) for one in offers]) for offers in by_product.values()
    )


def on_sale(offer: Offer) -> Decimal | None:
    """What an offer sells for with shipping, in the shop's currency where a rate is known; None when not on sale."""
    seen = offer.latest
    if offer.is_lost or seen is None or seen.item_price is None or seen.availability not in _ON_SALE:
        return None
    return seen.landed_price if seen.normalised is None else seen.normalised.landed_price


def _lowest(offers: Iterable[Offer]) -> Decimal | None:
    return min((price for one in offers if (price := on_sale(one)) is not None), default=None)
