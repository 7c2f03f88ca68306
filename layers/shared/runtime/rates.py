"""How many requests a minute is worth, by who asks and by class of route."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

type RouteClass = Literal["read", "write", "costly"]


class Rates(BaseModel):
    """Requests in a window, by class of route."""

    model_config = ConfigDict(frozen=True)

    read: int = Field(ge=1)
    write: int = Field(ge=1)
    costly: int = Field(ge=1)


class Limits(BaseModel):
    """What terraform/variables.tf says of rates. `instances` is what a limit is divided by while Valkey is gone."""

    model_config = ConfigDict(frozen=True)

    window_seconds: int = Field(default=60, ge=1, le=3600)
    organisation: Rates = Rates(read=6000, write=3000, costly=300)
    caller: Rates = Rates(read=1200, write=600, costly=60)
    address: Rates = Rates(read=300, write=120, costly=60)
    instances: int = Field(default=10, ge=1)
