"""Lambda: reads pages that scans kept, for pricing's API (direct invocation).

Pages are untrusted, so they are read outside the network of the stores, by a function that is told nothing of them.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from pricing.bootstrap.pages import stored_pages
from shared.contracts.stored_pages import FollowRecipe, ProposeRecipe, ReadAgain
from shared.runtime.lambda_invoke import invoke_handler

question: TypeAdapter[FollowRecipe | ReadAgain | ProposeRecipe] = TypeAdapter(
    Annotated[FollowRecipe | ReadAgain | ProposeRecipe, Field(discriminator="action")],
)

handler = invoke_handler(question, stored_pages())
