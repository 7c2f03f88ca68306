"""How the store would answer a query."""

from collections.abc import Iterator
from typing import Any

from shared.runtime.mongo import Document, Mongo


async def explained(mongo: Mongo, collection: str, query: Document) -> Document:
    """The plan for a query; the collection must hold something."""
    return await mongo.database.command("explain", {"find": collection, "filter": query}, verbosity="queryPlanner")


def stages(plan: Any) -> Iterator[str]:
    """Every stage of a plan."""
    if isinstance(plan, dict):
        yield from (str(value) for key, value in plan.items() if key == "stage")
        for value in plan.values():
            yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)
