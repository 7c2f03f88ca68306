"""The side of the language model that is asked about pages. That there is none, or that it is silent, is an answer."""

from typing import Protocol

from shared.contracts.page_model import (
    ExtractOffer,
    ModelState,
    OfferExtracted,
    OfferQuotes,
    ProposedSelectors,
    ProposeSelectors,
    SelectorsProposed,
)
from shared.kernel.errors import Unavailable
from shared.runtime.observability import emit, logger


class PageModel(Protocol):
    """A language model that reads pages; `Unavailable` when it cannot say."""

    async def quotes(self, asked: ExtractOffer) -> OfferQuotes:
        """Return what a page says of its article."""

    async def selectors(self, asked: ProposeSelectors) -> ProposedSelectors:
        """Return where the price stands."""


class PageDoor:
    """Serves `ExtractOffer` and `ProposeSelectors`."""

    def __init__(self, model: PageModel | None) -> None:
        self._model = model

    async def __call__(self, asked: ExtractOffer | ProposeSelectors) -> OfferExtracted | SelectorsProposed:
        """Ask the model, where there is one."""
        state: ModelState = "not-configured"
        said: OfferQuotes | ProposedSelectors | None = None
        if self._model is not None:
            try:
                said = await self._said(self._model, asked)
                state = "answered"
            except Unavailable as error:
                logger.warning("the model did not answer", detail=error.detail, cause=repr(error.__cause__))
                state = "unavailable"
        emit("ModelAnswers", 1, state=state)
        fields = {} if said is None else said.model_dump()
        answers = OfferExtracted if isinstance(asked, ExtractOffer) else SelectorsProposed
        return answers.model_validate(fields | {"state": state})

    async def _said(self, model: PageModel, asked: ExtractOffer | ProposeSelectors) -> OfferQuotes | ProposedSelectors:
        return await (model.quotes(asked) if isinstance(asked, ExtractOffer) else model.selectors(asked))
