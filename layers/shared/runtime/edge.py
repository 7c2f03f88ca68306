"""What the edge of an HTTP API works with: the clients that it shares with its house, and the house's manners.

No framework is imported here, because a house's wiring serves its workers too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.runtime.limits import Limiter
from shared.runtime.mongo import Mongo
from shared.runtime.settings import EdgeSettings
from shared.runtime.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Edge:
    """What the edge of one house's API works with; the house's adapters share its clients."""

    mongo: Mongo
    valkey: Valkey
    limiter: Limiter

    @classmethod
    def of(cls, settings: EdgeSettings) -> "Edge":
        """The edge that the environment describes."""
        valkey = Valkey(settings.valkey_url)
        mongo = Mongo(settings.mongodb_secret_arn, settings.mongodb_database)
        return cls(mongo, valkey, Limiter(settings.rate_limits, valkey))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What is special of a house's operations, as `POST /pricing/runs` or `POST /pricing/batches/{batch_id}/undos`."""

    costly: frozenset[str] = frozenset()
    """Operations that set off much work, and have a limit of their own."""
    needs_key: frozenset[str] = frozenset()
    """Operations that are not done without an Idempotency-Key."""
    keeps_no_answer: frozenset[str] = frozenset()
    """Operations whose answer must not be kept, so that they heed no Idempotency-Key."""


def is_among(operations: frozenset[str]) -> Callable[[str], bool]:
    """Whether a request, as `POST /pricing/batches/bat_1/undos`, is for one of these operations."""
    plain = frozenset(one for one in operations if "{" not in one)
    shapes = [re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", one)))) for one in operations - plain]
    return lambda request: request in plain or any(shape.fullmatch(request) for shape in shapes)
