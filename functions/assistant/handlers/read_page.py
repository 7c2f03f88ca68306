"""Lambda: asks the language model about a page, for pricing (direct invocation).

Pages are untrusted, so this function is told of no store and stands outside their network; it may read the model's key.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from assistant.bootstrap import read_page
from shared.contracts.page_model import ExtractOffer, ProposeSelectors
from shared.runtime.lambda_invoke import invoke_handler

question: TypeAdapter[ExtractOffer | ProposeSelectors] = TypeAdapter(
    Annotated[ExtractOffer | ProposeSelectors, Field(discriminator="action")],
)

handler = invoke_handler(question, read_page())
