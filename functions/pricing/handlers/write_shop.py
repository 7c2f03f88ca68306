"""Lambda: writes prices into connected shops and reads them there, for the publisher and the API (direct invocation).

It runs outside the network of the stores and is told nothing of them. It opens the credentials that it needs, alone.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from pricing.bootstrap.web import shop_door
from shared.contracts.shops import ReadShopPrices, WriteShopPrices
from shared.runtime.lambda_invoke import invoke_handler

question: TypeAdapter[WriteShopPrices | ReadShopPrices] = TypeAdapter(
    Annotated[WriteShopPrices | ReadShopPrices, Field(discriminator="action")],
)

handler = invoke_handler(question, shop_door())
