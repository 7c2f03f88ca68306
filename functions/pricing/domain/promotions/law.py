"""What the law says of reductions and of sales below cost, country by country: a table kept as data, law.json."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

type Severity = Literal["error", "warning"]
type Progressive = Literal["first", "each"]
type Perishable = Literal["same", "exempt", "last"]
type New = Literal["none", "since_on_market"]

EVERYWHERE, EUROPE = "*", "EU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a rule stands, and on which day somebody read it there; None when nobody did."""

    law: str
    article: str
    url: str
    checked: str | None
    note: str

    @property
    def named(self) -> str:
        """The rule in a few words."""
        return f"{self.law}, {self.article}" if self.article else self.law


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorPriceRule:
    """How a country finds the prior price of a reduction.

    `days` before it count. Of reductions that follow each other without a pause, the prior price of the `first` one
    stays, or each has its own. Perishable goods have the `same` rule, are `exempt` from it, or name the `last` price;
    an exempt claim is measured by the last price too. New products are measured since they are on the market, or have
    no prior price (`none`).
    """

    country: str
    days: int
    progressive: Progressive
    perishable: Perishable
    new: New
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowCostRule:
    """Whether a country forbids a price below cost (`error`), or lets it pass with a `warning`."""

    country: str
    severity: Severity
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A version of the table."""

    version: str
    prior_price: dict[str, PriorPriceRule]
    below_cost: dict[str, BelowCostRule]
    map: Source

    def prior_price_in(self, country: str | None) -> PriorPriceRule:
        """The rule of a country; the directive's own where the table has none."""
        return self.prior_price.get(country or EUROPE, self.prior_price[EUROPE])

    def below_cost_in(self, country: str | None) -> BelowCostRule:
        """The rule of a country; a warning where the table has none."""
        return self.below_cost.get(country or EVERYWHERE, self.below_cost[EVERYWHERE])


@lru_cache(maxsize=1)
def the_law() -> Law:
    """The table of this version of the program."""
    table = json.loads(resources.files(__package__).joinpath("law.json").read_text(encoding="utf-8"))
    prior = [PriorPriceRule(source=_source(row), **row) for row in table["prior_price"]]
    cost = [BelowCostRule(source=_source(row), **row) for row in table["below_cost"]]
    return Law(
        version=table["version"],
        prior_price={one.country: one for one in prior},
        below_cost={one.country: one for one in cost},
        map=_source(table["map"]),
    )


def _source(row: dict[str, Any]) -> Source:
    return Source(**{name: row.pop(name) for name in ("law", "article", "url", "checked", "note")})
