"""What a page says beside the price: who ships the article, and which coupon, cashback or promotion it offers."""

import re

from pricing.adapters.readers.finding import holds
from pricing.adapters.readers.region import GAP, Region


def _words(table: str) -> dict[bytes, str]:
    return {word.encode(): word for word in table.casefold().split("|")}


_PROMOTIONS = _words(
    "coupon|cashback|cash back|voucher|promo code|promotion code|discount code|with code|gutschein"
    "|rabattcode|aktionscode|code promo|bon de réduction|cupón|cupom|código promocional|codice sconto"
    "|buono sconto|kortingscode|kod rabatowy|slevový kód|slevový kupón|zľavový kód|промокод|купон"
    "|kuponkód|rabattkod|rabatkode|クーポン|优惠券|優惠券|折價券|쿠폰|كوبون|get one free|2 for 1|3 for 2"
    "|multibuy|mix & match"
)
_SHIPPERS = _words(
    "fulfilled by|fulfilment by|fulfillment by|dispatched from|dispatched by|ships from|shipped by"
    "|versand durch|expédié par|enviado por|spedito da|wysyłka przez|verzonden door|отправитель|出荷元"
)
_LONGEST_PROMOTION = 160
_LONGEST_SHIPPER = 60
_MOST_LOOKS = 10
_SAYS_HOW_MUCH = re.compile(r"\d")


def promotion_in(region: Region) -> str | None:
    """Return the first short text that offers a coupon, cashback or bundle and says how much or which."""
    pieces = _pieces(region, _PROMOTIONS)
    fitting = (text for text, _ in pieces if len(text) <= _LONGEST_PROMOTION and _SAYS_HOW_MUCH.search(text))
    return next(fitting, None)


def fulfilment_in(region: Region) -> str | None:
    """Return who sends the article, as the page says it behind such words."""
    for text, behind in _pieces(region, _SHIPPERS):
        folded = text.casefold()
        word = next(word for word in _SHIPPERS.values() if word in folded)
        said = text[folded.find(word) + len(word) :].strip(" :.") or behind.strip(" :.")
        if 0 < len(said) <= _LONGEST_SHIPPER:
            return said
    return None


def _pieces(region: Region, words: dict[bytes, str]) -> list[tuple[str, str]]:
    """Return the texts that hold one of the words, each with the text behind it, in the order of the page."""
    folded = region.said
    said = [text for word, text in words.items() if holds(folded, word)]
    if not said:
        return []
    pieces = region.text.split(GAP)
    small = [piece.casefold() for piece in pieces]
    found = [at for at, piece in enumerate(small) if any(word in piece for word in said)][:_MOST_LOOKS]
    return [(" ".join(pieces[at].split()), pieces[at + 1].strip() if at + 1 < len(pieces) else "") for at in found]
