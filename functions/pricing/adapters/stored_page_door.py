"""The side of stored pages that reads them: contracts in, contracts out, and no store but the pages themselves."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from pricing.adapters.page_reading import read_fetched
from pricing.adapters.readers.inducer import Inducer
from pricing.adapters.readers.llm_proposer import Ask, LlmProposer
from pricing.adapters.readers.locale import page_locale
from pricing.adapters.readers.page_bytes import utf8_page
from pricing.adapters.readers.recipe import RecipeRead, read_recipe
from pricing.adapters.readers.repair import mend
from pricing.adapters.recipe_messages import recipe_of, told_recipe
from pricing.adapters.s3_snapshots import S3Snapshots
from pricing.adapters.sqs_observed import reading_of
from pricing.domain.fetched import Fetched
from pricing.domain.reading import NothingRead
from pricing.domain.recipe import Recipe
from pricing.domain.repair import ChangedPage, Excerpt, KnownPage, PriceAt, Proposer
from pricing.usecases.looks import Look, PageAsked
from shared.contracts.stored_pages import (
    FailedSelector,
    FollowedPage,
    FollowRecipe,
    PageReadAgain,
    ProposeRecipe,
    ReadAgain,
    RecipeFollowed,
    RecipeProposed,
    TrustedPage,
)

type Question = FollowRecipe | ReadAgain | ProposeRecipe


class Model(Protocol):
    """The language model, asked where prices stand."""

    async def places(self, excerpts: Sequence[Excerpt]) -> Sequence[PriceAt]:
        """Return where it believes them to stand; nothing when it does not say."""


class StoredPageDoor:
    """Serves `FollowRecipe`, `ReadAgain` and `ProposeRecipe`."""

    def __init__(self, snapshots: S3Snapshots, model: Model) -> None:
        self._snapshots = snapshots
        self._model = model

    async def __call__(self, asked: Question) -> RecipeFollowed | PageReadAgain | RecipeProposed:
        """Read stored pages, as asked."""
        if isinstance(asked, ProposeRecipe):
            return await self._propose(asked)
        if isinstance(asked, ReadAgain):
            return await self._read(asked)
        recipe = recipe_of(asked.recipe)
        return RecipeFollowed(pages=tuple([await self._follow(recipe, one) for one in asked.snapshots]))

    async def _follow(self, recipe: Recipe, snapshot: str) -> FollowedPage:
        page = await self._snapshots.get(snapshot)
        if page is None:
            return FollowedPage(snapshot=snapshot, kept=False)
        followed = _followed(page, recipe)
        faults = tuple(
            FailedSelector(field=one.field.value, why=one.why.value, text=one.text) for one in followed.faults
        )
        return FollowedPage(snapshot=snapshot, kept=True, values=_values(followed, recipe), faults=faults)

    async def _propose(self, asked: ProposeRecipe) -> RecipeProposed:
        known = [KnownPage(item_price=price, **fields) for price, fields in await self._pages(asked.known)]
        changed = [ChangedPage(last_price=price, **fields) for price, fields in await self._pages(asked.changed)]
        proposers: list[Proposer] = [Inducer()]
        if asked.ask_model:
            proposers.append(LlmProposer(self._asker()))
        proof = await asyncio.to_thread(mend, asked.name, known, changed, proposers)
        return RecipeProposed(
            recipe=None if proof.recipe is None else told_recipe(proof.recipe),
            detail=proof.detail,
            known=proof.known,
            reproduced=proof.reproduced,
            changed=proof.changed,
            agreed=proof.agreed,
        )

    def _asker(self) -> Ask:
        """How the model is asked from the thread on which proposals are proven: this loop asks it."""
        loop = asyncio.get_running_loop()
        return lambda excerpts: asyncio.run_coroutine_threadsafe(self._model.places(excerpts), loop).result()

    async def _pages(self, told: Sequence[TrustedPage]) -> list[tuple[Decimal, dict[str, Any]]]:
        """What is still kept of stored pages, each with the price that was trusted."""
        found: list[tuple[Decimal, dict[str, Any]]] = []
        for one in told:
            page = await self._snapshots.get(one.snapshot)
            if page is not None:
                fields = {"body": page.body, "url": page.url, "content_type": page.content_type}
                found.append((Decimal(one.item_price), fields | {"currency": one.currency, "title": one.title}))
        return found

    async def _read(self, asked: ReadAgain) -> PageReadAgain:
        page = await self._snapshots.get(asked.snapshot)
        if page is None:
            return PageReadAgain(reading=None)
        found = read_fetched(page, None if asked.recipe is None else recipe_of(asked.recipe))
        look = Look(
            page=PageAsked(**asked.page.model_dump()),
            captured_at=asked.captured_at,
            outcome=found.outcome.value if isinstance(found, NothingRead) else "read",
            detail=found.detail if isinstance(found, NothingRead) else "",
            fetched=page,
            reading=None if isinstance(found, NothingRead) else found,
            snapshot=asked.snapshot,
        )
        return PageReadAgain(reading=reading_of(look))


def _followed(page: Fetched, recipe: Recipe) -> RecipeRead:
    body = utf8_page(page.body, page.content_type)
    return read_recipe(body, recipe, page_locale(body, page.url))


def _values(followed: RecipeRead, recipe: Recipe) -> dict[str, str]:
    """What a recipe found, by field; without a price it claims nothing."""
    fields = [selector.field for selector in recipe.selectors]
    found = {field.value: getattr(followed.claim, field.value, None) for field in fields}
    return {name: str(value) for name, value in found.items() if value is not None}
