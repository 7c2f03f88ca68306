"""Wishes for days of the market, through the outbox, and the hourly pass over every shop."""

from collections.abc import Sequence
from datetime import datetime

from pricing.adapters.commands import ROLL_UPS, roll_up_requested
from pricing.adapters.known_shops import next_organisation, next_shop
from pricing.usecases.ports import ShopPart
from pricing.usecases.roll_ups import RollUp, part_of
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Mongo, Session
from shared.runtime.outbox import Outbox

COLLECTION = "roll_up_passes"
HOURLY = "hourly"


class OutboxRollUps:
    """Asks for days; where the hourly pass is, stands in the roll_up_passes collection."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def start(self, wish: RollUp) -> None:
        """Announce a person's job and ask for its days, in one."""

        async def work(session: Session) -> None:
            title = f"Days of {wish.shop_id} from {wish.first} to {wish.last}"
            opened = _facts(wish).opened("rebuild", title, wish.requested_by, wish.at, wish.shop_id)
            await self._outbox.add([opened], session)
            await self._outbox.add([roll_up_requested(wish)], session, to=ROLL_UPS)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def divide(self, wish: RollUp, parts: Sequence[ShopPart]) -> None:
        """Ask for each part and announce how many products there are, in one; twice is once."""

        async def work(session: Session) -> None:
            if wish.job_id is not None:
                items = sum(one.products for one in parts)
                await self._outbox.add([_facts(wish).planned(items, wish.at)], session)
            wanted = [roll_up_requested(part_of(wish, place, part)) for place, part in enumerate(parts)]
            await self._outbox.add(wanted, session, to=ROLL_UPS)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()

    async def part_done(self, wish: RollUp, products: int) -> None:
        """Announce that a part of a person's job is done; twice is once."""
        if wish.job_id is not None:
            told = _facts(wish).progressed(str(wish.place), wish.at, done=products, failed=0)
            await self._outbox.tell([told])

    async def ask_hourly(self, at: datetime, limit: int) -> int:
        """Ask for what is due of some shops that were not asked for in this hour; return how many."""
        hour = at.replace(minute=0, second=0, microsecond=0)

        async def work(session: Session) -> int:
            passes = self._mongo.collection(COLLECTION)
            stood = await passes.find_one({"_id": HOURLY}, session=session)
            here = ("", "")
            if stood is not None and stood["hour"] >= hour:
                if stood["done"]:
                    return 0
                here = (stood["organisation_id"], stood["shop_id"])
            shops = await self._shops_after(here, limit)
            last = shops[-1] if shops else here
            state = {"hour": hour, "organisation_id": last[0], "shop_id": last[1], "done": len(shops) < limit}
            await passes.replace_one({"_id": HOURLY}, {"_id": HOURLY} | state, upsert=True, session=session)
            wanted = [
                roll_up_requested(RollUp(organisation_id=organisation_id, shop_id=shop_id, at=at))
                for organisation_id, shop_id in shops
            ]
            await self._outbox.add(wanted, session, to=ROLL_UPS)
            return len(shops)

        asked = await self._mongo.transaction(work)
        if asked:
            await self._outbox.relay_quietly()
        return asked

    async def _shops_after(self, here: tuple[str, str], limit: int) -> list[tuple[str, str]]:
        """The next shops: first the others of the organisation, then those of the organisations after it."""
        found: list[tuple[str, str]] = []
        organisation: str | None = here[0]
        shop: str | None = here[1]
        while organisation is not None and len(found) < limit:
            shop = await next_shop(self._mongo, organisation, shop or "")
            if shop is None:
                organisation = await next_organisation(self._mongo, organisation)
            else:
                found.append((organisation, shop))
        return found


def _facts(wish: RollUp) -> JobFacts:
    return JobFacts(wish.organisation_id, str(wish.job_id), ordered=False)
