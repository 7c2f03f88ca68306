"""A market in the database, written as pricing writes it, and the questions that are asked about it over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pricing.adapters.documents import facts_document, history_document, offer_document
from pricing.domain.market import Offer
from pricing.domain.reading import Availability
from tests.builders.market import watched
from tests.builders.pricing import a_competitor, an_observation, some_facts
from tests.fakes.doors import Doors
from tests.fakes.gateway import Answer, Gateway

SCOPE = "market:read"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUT = Availability.OUT_OF_STOCK


class Market:
    """What is stored for one organisation, written as pricing writes it."""

    def __init__(self, doors: Doors, organisation_id: str = "org") -> None:
        self.database, self.organisation_id = doors.database, organisation_id
        self.now = datetime.now(UTC).replace(microsecond=0)

    def product(self, sku: str, price: str | None = "92.99", **changes: Any) -> None:
        facts = some_facts(price, organisation_id=self.organisation_id, product_id=self.id_of(sku), sku=sku, **changes)
        self.database["products"].insert_one(facts_document(facts))

    def competitor(self, competitor_id: str, **changes: Any) -> None:
        rival = a_competitor(
            organisation_id=self.organisation_id,
            competitor_id=competitor_id,
            domain=f"{competitor_id}.example",
            **changes,
        )
        fields = {name: getattr(rival, name) for name in ("organisation_id", "competitor_id", "name", "domain", "kind")}
        rest = {"created_at": rival.created_at, "expire_after_days": rival.expire_after_days}
        key = f"{self.organisation_id}/{competitor_id}"
        self.database["competitors"].insert_one({"_id": key} | fields | rest)

    def id_of(self, sku: str) -> str:
        return f"{self.organisation_id}-{sku}"

    def offer(self, sku: str, competitor_id: str, **changes: Any) -> Offer:
        offer = watched(
            offer_id=f"{self.organisation_id}-{sku}-{competitor_id}",
            organisation_id=self.organisation_id,
            product_id=self.id_of(sku),
            competitor_id=competitor_id,
            created_at=self.now - 200 * DAY,
            **changes,
        )
        self.database["offers"].insert_one(offer_document(offer))
        return offer

    def look(self, offer: Offer, price: str, hours: float, **changes: Any) -> None:
        at = self.now - hours * HOUR
        seen = an_observation(
            price,
            organisation_id=self.organisation_id,
            offer_id=offer.offer_id,
            product_id=offer.product_id,
            competitor_id=offer.competitor_id,
            observation_id=f"{offer.offer_id}-{hours}-{len(changes)}",
            captured_at=at,
            **changes,
        )
        self.database["observations"].insert_one(history_document(seen))


def headphones(doors: Doors) -> Market:
    """J1's product: C1 and C2 in stock, C3 sold out, and our own offer on a marketplace."""
    made = Market(doors)
    made.product("HP-100", category="Audio", brand="Alder")
    for name in ("c1", "c2", "c3", "c4"):
        made.competitor(name)
    c1, c2, c3, c4 = (made.offer("HP-100", name) for name in ("c1", "c2", "c3", "c4"))
    for hours, price in ((80, "94.90"), (50, "79.90"), (3, "94.90")):
        made.look(c1, price, hours)
    made.look(c2, "89.90", 4, shipping=Decimal(5))
    made.look(c2, "89.90", 90, shipping=Decimal(5))
    made.look(c3, "79.00", 80)
    made.look(c3, "79.00", 5, availability=OUT)
    for hours, price in ((90, "90"), (5, "88")):
        made.look(c4, price, hours, seller="OWN2")
    # Doubted, refused and failed looks are in nothing.
    made.look(c1, "9.49", 2, quality="suspicious")
    made.look(c2, "9.49", 3, quality="rejected")
    made.look(c2, "1", 2, outcome="blocked")
    return made


def ask(api: Gateway, path: str, organisation_id: str = "org", **query: object) -> Answer:
    text = "&".join(f"{name}={str(value).replace('+', '%2B')}" for name, value in query.items())
    return api.ask("GET", f"/pricing/{path}", query=text, scopes=SCOPE, organisation_id=organisation_id)


def since(market: Market, hours: float) -> str:
    return (market.now - hours * HOUR).isoformat().replace("+00:00", "Z")
