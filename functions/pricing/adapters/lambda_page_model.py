"""The language model, asked through the assistant's function. Its answers are claims of a stranger."""

import asyncio
from collections.abc import Sequence

from pydantic import ValidationError

from pricing.domain.quotes import Quotes
from pricing.domain.repair import Excerpt, PriceAt
from pricing.usecases.read_unread import OpenedPage, Silence
from shared.contracts.page_model import (
    ExtractOffer,
    OfferExtracted,
    PageExcerpt,
    ProposeSelectors,
    SelectorsProposed,
)
from shared.kernel.errors import Unavailable
from shared.runtime.aws import invoke
from shared.runtime.observability import logger

LONGEST_URL = 2000
# A person waits for proposals, and what the model does not say in time it need not say.
PATIENCE_SECONDS = 12.0
SILENCES = {"not-configured": Silence.NOT_CONFIGURED, "unavailable": Silence.UNAVAILABLE}


class LambdaPageModel:
    """Asks the assistant's function that reads pages."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def quotes(self, page: OpenedPage) -> Quotes | Silence:
        """Return what the model says that a page says; `AwsUnavailable` when the function itself fails."""
        question = ExtractOffer(url=page.url[:LONGEST_URL], language=page.locale.language, text=page.text)
        answered = await invoke(self._function, question.model_dump_json())
        try:
            said = OfferExtracted.model_validate_json(answered)
        except ValidationError as error:
            logger.warning("the model's answer is none", cause=repr(error))
            return Silence.UNAVAILABLE
        if said.state != "answered":
            return SILENCES[said.state]
        return Quotes(
            price_text=said.price_text,
            list_price_text=said.list_price_text,
            currency=said.currency,
            availability=said.availability,
            title=said.title,
        )

    async def places(self, excerpts: Sequence[Excerpt]) -> Sequence[PriceAt]:
        """Return where the model believes prices to stand; nothing when it does not say so in time."""
        question = ProposeSelectors(
            excerpts=tuple(PageExcerpt(html=one.html, price=f"{one.price:f}", changed=one.changed) for one in excerpts)
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answered = await invoke(self._function, question.model_dump_json())
            said = SelectorsProposed.model_validate_json(answered)
        except (Unavailable, TimeoutError, ValidationError) as error:
            logger.warning("the model proposes nothing", cause=repr(error))
            return ()
        return [PriceAt(css=one.css, attribute=one.attribute) for one in said.selectors]
