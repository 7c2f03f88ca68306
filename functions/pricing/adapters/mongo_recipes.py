"""Store recipes in MongoDB: every version for ever; the newest is the one with the highest number."""

from collections.abc import Sequence
from dataclasses import asdict

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.domain.errors import RecipeChanged
from pricing.domain.recipe import Field, Pick, Recipe, Selector
from pricing.usecases.recipes import KeptRecipe
from shared.runtime.mongo import Document, Mongo, unavailable

COLLECTION = "recipes"
INDEXES = (
    IndexModel(
        [("organisation_id", ASCENDING), ("competitor_id", ASCENDING), ("recipe.version", DESCENDING)],
        unique=True,
        name="by_version",
    ),
)


def recipe_from(document: Document) -> KeptRecipe:
    """The recipe in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    recipe = fields["recipe"]
    selectors = tuple(
        Selector(**(one | {"field": Field(one["field"]), "pick": Pick(one["pick"]), "strip": tuple(one["strip"])}))
        for one in recipe["selectors"]
    )
    fields["recipe"] = Recipe(name=recipe["name"], version=recipe["version"], selectors=selectors)
    return KeptRecipe(**fields)


class MongoRecipes:
    """The recipes collection of the pricing database."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def add(self, stored: KeptRecipe) -> None:
        """Keep a new version; `RecipeChanged` when somebody else kept it first."""
        key = f"{stored.organisation_id}/{stored.competitor_id}/{stored.recipe.version}"
        try:
            await self._mongo.collection(COLLECTION).insert_one({"_id": key} | asdict(stored))
        except DuplicateKeyError as error:
            raise RecipeChanged("somebody saved this recipe at the same moment; read it again") from error
        except PyMongoError as error:
            raise unavailable("store the recipe") from error

    async def newest(self, organisation_id: str, competitor_id: str) -> KeptRecipe | None:
        """Return the newest version, retired or not."""
        query = {"organisation_id": organisation_id, "competitor_id": competitor_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query, sort=[("recipe.version", DESCENDING)])
        except PyMongoError as error:
            raise unavailable("read the recipe") from error
        return None if document is None else recipe_from(document)

    async def version(self, organisation_id: str, competitor_id: str, version: int) -> Recipe | None:
        """Return the recipe of one version, if there is one."""
        query = {"organisation_id": organisation_id, "competitor_id": competitor_id, "recipe.version": version}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the recipe") from error
        return None if document is None else recipe_from(document).recipe

    async def in_force(self, organisation_id: str, competitor_ids: Sequence[str]) -> dict[str, Recipe]:
        """Return the recipes to follow, by competitor."""
        query = {"organisation_id": organisation_id, "competitor_id": {"$in": list(competitor_ids)}}
        order = [("competitor_id", ASCENDING), ("recipe.version", ASCENDING)]
        newest: dict[str, KeptRecipe] = {}
        try:
            async for document in self._mongo.collection(COLLECTION).find(query).sort(order):
                newest[document["competitor_id"]] = recipe_from(document)
        except PyMongoError as error:
            raise unavailable("read the recipes") from error
        return {competitor_id: one.recipe for competitor_id, one in newest.items() if not one.retired}
