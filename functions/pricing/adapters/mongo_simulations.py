"""Simulations in MongoDB, each with the request for its result in one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from pricing.adapters.commands import SIMULATIONS, simulation_requested
from pricing.adapters.policy_text import policy_data, policy_from
from pricing.domain.errors import SimulationNotFound
from pricing.domain.policies.document import PolicyDocument
from pricing.domain.simulation import Asked, RivalPrice, RivalProduct, RivalSeller, Simulation
from shared.contracts.envelope import Event
from shared.kernel.paging import Page, Window
from shared.runtime.job_facts import JobFacts
from shared.runtime.mongo import Document, Mongo, Session, paged, unavailable
from shared.runtime.outbox import Outbox

COLLECTION = "simulations"
LIFETIME_SECONDS = 90 * 86_400
# The simulator's memory in terraform/functions.tf.
SIMULATOR_MB = 1769
INDEXES = (
    IndexModel([("organisation_id", 1), ("simulation_id", DESCENDING)], unique=True, name="newest_first"),
    IndexModel([("requested_at", 1)], expireAfterSeconds=LIFETIME_SECONDS, name="expiry"),
)


def _plain(document: PolicyDocument | None) -> Mapping[str, Any] | None:
    return None if document is None else policy_data(document)


def _read(plain: Mapping[str, Any] | None) -> PolicyDocument | None:
    return None if plain is None else policy_from(plain)


def simulation_document(simulation: Simulation) -> Document:
    """The stored form of a simulation; its id is its key."""
    asked = simulation.asked
    plain = asdict(replace(asked, document=None, sellers=())) | {
        "document": _plain(asked.document),
        "sellers": [
            {"name": one.name, "policy_id": one.policy_id, "document": _plain(one.document)} for one in asked.sellers
        ],
    }
    fields = {
        name: getattr(simulation, name)
        for name in ("simulation_id", "organisation_id", "state", "requested_by", "requested_at")
    }
    return {"_id": simulation.simulation_id, "asked": plain} | fields | _progress(simulation)


def _progress(simulation: Simulation) -> Document:
    names = ("state", "started_at", "finished_at", "detail", "items", "summary", "files")
    return {name: getattr(simulation, name) for name in names}


def simulation_from(document: Document) -> Simulation:
    """The simulation in a stored document."""
    fields = {key: value for key, value in document.items() if key != "_id"}
    fields["files"] = tuple(fields["files"])
    return Simulation(**fields | {"asked": _asked(document["asked"])})


def _asked(plain: Mapping[str, Any]) -> Asked:
    return Asked(
        **{**plain}
        | {
            "document": _read(plain["document"]),
            "sellers": tuple(RivalSeller(**{**one} | {"document": _read(one["document"])}) for one in plain["sellers"]),
            "products": tuple(
                RivalProduct(
                    **{**one}
                    | {"tags": tuple(one["tags"]), "prices": tuple(RivalPrice(**price) for price in one["prices"])}
                )
                for one in plain["products"]
            ),
        }
    )


class MongoSimulations:
    """The simulations collection of the pricing database."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo = mongo
        self._outbox = outbox

    async def request(self, simulation: Simulation) -> Simulation:
        """Keep a simulation with the request for its result; asking twice with one id is asking once."""

        async def work(session: Session) -> None:
            document = simulation_document(simulation)
            await self._mongo.collection(COLLECTION).insert_one(document, session=session)
            await self._outbox.add([_opened(simulation)], session)
            await self._outbox.add([simulation_requested(simulation)], session, to=SIMULATIONS)

        try:
            await self._mongo.transaction(work)
        except DuplicateKeyError:
            return await self.get(simulation.organisation_id, simulation.simulation_id)
        await self._outbox.relay_quietly()
        return simulation

    async def begin(self, simulation: Simulation) -> Simulation:
        """Note that it was taken up; returns it as it is kept, which may be further."""
        key = {"_id": simulation.simulation_id, "organisation_id": simulation.organisation_id}
        waits: Document = {"started_at": None, "finished_at": None}
        begun = {"state": "RUNNING", "started_at": simulation.started_at}
        try:
            await self._mongo.collection(COLLECTION).update_one(key | waits, {"$set": begun})
        except PyMongoError as error:
            raise unavailable("begin the simulation") from error
        return await self.get(simulation.organisation_id, simulation.simulation_id)

    async def finish(self, simulation: Simulation) -> Simulation:
        """Keep how it ended and tell its job; one that has ended stays as it ended, and is returned."""
        key = {"_id": simulation.simulation_id, "organisation_id": simulation.organisation_id}

        async def work(session: Session) -> None:
            ended = {"$set": _progress(simulation)}
            done = await self._mongo.collection(COLLECTION).update_one(
                key | {"finished_at": None}, ended, session=session
            )
            if done.matched_count:
                await self._outbox.add(_ending(simulation), session)

        await self._mongo.transaction(work)
        await self._outbox.relay_quietly()
        return await self.get(simulation.organisation_id, simulation.simulation_id)

    async def get(self, organisation_id: str, simulation_id: str) -> Simulation:
        """Return one simulation; `SimulationNotFound` when there is none."""
        query = {"_id": simulation_id, "organisation_id": organisation_id}
        try:
            document = await self._mongo.collection(COLLECTION).find_one(query)
        except PyMongoError as error:
            raise unavailable("read the simulation") from error
        if document is None:
            raise SimulationNotFound(f"no simulation «{simulation_id}»; GET /pricing/simulations lists yours")
        return simulation_from(document)

    async def page(self, organisation_id: str, window: Window) -> Page[Simulation]:
        """Return some simulations, newest first."""
        collection = self._mongo.collection(COLLECTION)
        query: Document = {"organisation_id": organisation_id}
        return await paged(collection, query, "simulation_id", window, simulation_from, newest_first=True)


def _opened(simulation: Simulation) -> Event:
    facts = JobFacts(simulation.organisation_id, simulation.simulation_id)
    asked = simulation.asked
    subject = asked.against or asked.policy_id or asked.run_id or asked.shop_id
    title = f"Simulation: {simulation.kind}"
    return facts.opened("simulation", title, simulation.requested_by, simulation.requested_at, subject)


def _ending(simulation: Simulation) -> list[Event]:
    facts = JobFacts(simulation.organisation_id, simulation.simulation_id)
    at = simulation.finished_at or simulation.requested_at
    if simulation.state == "FAILED":
        return [facts.ended("failed", at, simulation.detail)]
    if simulation.state == "CANCELLED":
        # The scheduler ended the job and knows.
        return []
    items = simulation.items
    cost = facts.computed(SIMULATOR_MB, simulation.started_at, at)
    return [cost, facts.planned(items, at), facts.progressed("all", at, done=items, failed=0)]
