"""The own catalogue as the shop that prices are published to, asked through its function."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pricing.domain.price_change import PriceChange
from pricing.usecases.publication_ports import Shown, Written, Wrote
from shared.contracts.envelope import Amount
from shared.contracts.products import PricesRead, PricesWritten, PriceToSet, ReadPrices, SetPrices
from shared.runtime.aws import invoke


class LambdaOwnCatalogue:
    """Writes and reads prices through the products house's function."""

    def __init__(self, function: str) -> None:
        self._function = function

    async def write(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> Wrote:
        """Write prices; writing twice with one batch id is writing once."""
        command = SetPrices(
            organisation_id=organisation_id,
            batch_id=batch_id,
            prices=tuple(_to_set(change) for change in changes),
        )
        answered = PricesWritten.model_validate_json(await invoke(self._function, command.model_dump_json()))
        lines = [
            Written(
                one.product_id,
                None if one.outcome == "written" else one.detail,
                "conflict" if one.outcome == "conflict" else "refused",
            )
            for one in answered.results
        ]
        return Wrote(lines)

    async def read(self, organisation_id: str, changes: Sequence[PriceChange]) -> Shown:
        """Return what the catalogue shows for the products of these changes."""
        question = ReadPrices(
            organisation_id=organisation_id, product_ids=tuple(change.product_id for change in changes)
        )
        answered = PricesRead.model_validate_json(await invoke(self._function, question.model_dump_json()))
        return Shown(
            {one.product_id: None if one.price is None else Decimal(one.price.amount) for one in answered.prices}
        )

    async def note(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        """Nothing: the catalogue knows what it shows."""

    async def follow(self, organisation_id: str, batch_id: str, changes: Sequence[PriceChange]) -> None:
        """Bring the catalogue to prices that another shop shows, whatever it said before."""
        known = (await self.read(organisation_id, changes)).prices
        behind = [
            replace(change, before=known[change.product_id])
            for change in changes
            if change.product_id in known and known[change.product_id] != change.after
        ]
        if behind:
            await self.write(organisation_id, batch_id, behind)


def _to_set(change: PriceChange) -> PriceToSet:
    expected = None if change.before is None else Amount(amount=f"{change.before:f}", currency=change.currency)
    return PriceToSet(
        product_id=change.product_id,
        price=Amount(amount=f"{change.after:f}", currency=change.currency),
        expected=expected,
    )
