"""Lambda: writes and reads shop prices for pricing's publication (direct invocation)."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from products.adapters.price_door import PriceDoor
from products.bootstrap import bootstrap
from shared.contracts.products import ReadPrices, SetPrices
from shared.runtime.lambda_invoke import invoke_handler

products = bootstrap()
question: TypeAdapter[SetPrices | ReadPrices] = TypeAdapter(
    Annotated[SetPrices | ReadPrices, Field(discriminator="action")],
)

handler = invoke_handler(question, PriceDoor(products.write_prices, products.show_prices))
