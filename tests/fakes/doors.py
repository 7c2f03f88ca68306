"""The doors of a test: the fake cloud they act on, the database they keep things in, and how to open one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.cloud import FakeCloud
from tests.fakes.gateway import Gateway, Handler


@dataclass
class Doors:
    """What a test of doors works with: the fake cloud, the house's database as it is stored, and how to open one."""

    cloud: FakeCloud
    database: Any
    open: Callable[[str, str], Handler]
    uri: dict[str, str]

    def lose_database(self) -> None:
        """From now on nothing answers where the database was."""
        self.uri["uri"] = "mongodb://%2Fnowhere%2Fmongodb.sock"

    def api(self, house: str) -> Gateway:
        """The house's HTTP API behind its gateway."""
        return Gateway(house, self.open(house, "api"))
