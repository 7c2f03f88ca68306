"""The own catalogue as the shop that prices are published to, asked through its function."""

from collections.abc import Sequence
from decimal import Decimal

from pricing.domain.price_change import PriceChange
from pricing.usecases.publication_ports import Written
from shared.contracts.envelope import Amount
from shared.contracts.products import PricesRead, PricesWritten, PriceToSet, ReadPrices, SetPrices
from shared.runtime.aws import invoke


class LambdaOwnCatalogue:
    """Writes and reads prices through the products house's function."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Sequence[Written]:
        """Write prices; writing twice with one batch id is writing once."""
        command = SetPrices(
            organisation_id=organisation_id,
            batch_id=batch_id,
            prices=tuple(_to_set(change) for change in changes),
        )
        answered = PricesWritten.model_validate_json(await invoke(self._function, command.model_dump_json()))
        return [
            Written(
                one.product_id,
                None if one.outcome == "written" else one.detail,
                "conflict" if one.outcome == "conflict" else "refused",
            )
            for one in answered.results
        ]

    async def read(self, organisation_id: str, product_ids: Sequence[str]) -> dict[str, Decimal | None]:
        """Return the shown price of each product, in its shop's currency."""
        question = ReadPrices(organisation_id=organisation_id, product_ids=tuple(product_ids))
        answered = PricesRead.model_validate_json(await invoke(self._function, question.model_dump_json()))
        return {one.product_id: None if one.price is None else Decimal(one.price.amount) for one in answered.prices}


def _to_set(change: PriceChange) -> PriceToSet:
    expected = None if change.before is None else Amount(amount=f"{change.before:f}", currency=change.currency)
    return PriceToSet(
        product_id=change.product_id,
        price=Amount(amount=f"{change.after:f}", currency=change.currency),
        expected=expected,
    )
