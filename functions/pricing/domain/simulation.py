"""A simulation: what somebody asks of policies before they touch a price, checked by its kind, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from pricing.domain.errors import InvalidSimulation, UnknownSimulation
from pricing.domain.policies.document import PolicyDocument
from shared.kernel.errors import Fault

MOST_DAYS = 90
LEAST_DAYS = 28
"""Whether prices rise together shows in no fewer days."""
LEAST_SELLERS = 2
MOST_SELLERS = 6
MOST_RIVAL_PRODUCTS = 200
MOST_ROUNDS = 500

type Data = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalSeller:
    """One of the sellers that are let against each other: a name, and a policy, written here or saved."""

    name: str
    document: PolicyDocument | None = None
    policy_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalPrice:
    """Where a seller begins with a product, and what binds it. Only a seller of the simulation moves."""

    seller: str
    price: Decimal
    cost: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    map_price: Decimal | None = None
    msrp: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalProduct:
    """A product that they all sell. Whoever has a price and no policy keeps that price."""

    sku: str
    prices: tuple[RivalPrice, ...]
    brand: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked. A candidate is a `document` that nobody saved, or the saved `policy_id`; `against` is saved."""

    kind: str
    document: PolicyDocument | None = None
    policy_id: str | None = None
    against: str | None = None
    days: int | None = None
    run_id: str | None = None
    shop_id: str | None = None
    sellers: tuple[RivalSeller, ...] = ()
    products: tuple[RivalProduct, ...] = ()
    rounds: int | None = None

    @property
    def given(self) -> frozenset[str]:
        """The names of the fields that say something."""
        return frozenset(
            one.name for one in fields(self) if one.name != "kind" and getattr(self, one.name) not in (None, ())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A simulation of an organisation; its id is its job's. `summary` is the answer in short, `files` hold it whole."""

    simulation_id: str
    organisation_id: str
    asked: Asked
    state: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    detail: str = ""
    items: int = 0
    summary: Mapping[str, object] | None = None
    files: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is asked of it."""
        return self.asked.kind


_CANDIDATE = frozenset({"document", "policy_id"})
_ALLOWED: dict[str, frozenset[str]] = {
    "backtest": _CANDIDATE | {"against", "days"},
    "convergence": frozenset({"shop_id", "days"}),
    "difference": _CANDIDATE | {"against"},
    "replay": frozenset({"run_id"}),
    "rivals": frozenset({"sellers", "products", "rounds"}),
}
_NEEDED: dict[str, frozenset[str]] = {
    "backtest": frozenset({"against"}),
    "convergence": frozenset({"shop_id"}),
    "difference": frozenset({"against"}),
    "replay": frozenset({"run_id"}),
    "rivals": frozenset({"sellers", "products"}),
}
KINDS = tuple(sorted(_ALLOWED))


def checked(asked: Asked) -> Asked:
    """What is asked, when it can be answered; `InvalidSimulation` names each field that is in the way."""
    if asked.kind not in _ALLOWED:
        raise UnknownSimulation(f"there is no simulation «{asked.kind}»; there are: {', '.join(KINDS)}")
    kind = asked.kind
    foreign = asked.given - _ALLOWED[kind]
    missing = _NEEDED[kind] - asked.given
    faults = [Fault(f"#/{name}", f"a {kind} has no {name}; leave it out") for name in sorted(foreign)]
    faults += [Fault(f"#/{name}", f"a {kind} needs {name}") for name in sorted(missing)]
    faults += _of_candidate(asked) + _of_days(asked)
    if kind == "rivals" and not faults:
        faults += _of_rivals(asked)
    if faults:
        raise InvalidSimulation("; ".join(fault.detail for fault in faults), faults=tuple(faults))
    return asked


def _of_candidate(asked: Asked) -> list[Fault]:
    if asked.document is not None and asked.policy_id is not None:
        return [Fault("#/policy_id", "give a document or the id of a saved policy, not both")]
    if asked.kind == "difference" and not asked.given & _CANDIDATE:
        return [Fault("#/document", "a difference needs a document, or the policy_id of a saved policy")]
    return []


def _of_days(asked: Asked) -> list[Fault]:
    if asked.days is None:
        return []
    least = LEAST_DAYS if asked.kind == "convergence" else 1
    if least <= asked.days <= MOST_DAYS:
        return []
    return [Fault("#/days", f"a {asked.kind} looks back {least} to {MOST_DAYS} days, not {asked.days}")]


def _of_rivals(asked: Asked) -> list[Fault]:
    names = [one.name for one in asked.sellers]
    faults = []
    if not LEAST_SELLERS <= len(names) <= MOST_SELLERS or len(set(names)) != len(names):
        faults.append(Fault("#/sellers", f"{LEAST_SELLERS} to {MOST_SELLERS} sellers, each with a name of its own"))
    faults += [
        Fault(f"#/sellers/{place}", f"«{one.name}» needs a document or a policy_id, and only one of them")
        for place, one in enumerate(asked.sellers)
        if (one.document is None) == (one.policy_id is None)
    ]
    if len(asked.products) > MOST_RIVAL_PRODUCTS:
        faults.append(Fault("#/products", f"{len(asked.products)} products; {MOST_RIVAL_PRODUCTS} at most"))
    if len({one.sku for one in asked.products}) != len(asked.products):
        faults.append(Fault("#/products", "each product has a sku of its own"))
    for place, product in enumerate(asked.products):
        priced = [one.seller for one in product.prices]
        if len(set(priced)) != len(priced):
            faults.append(Fault(f"#/products/{place}/prices", "each seller has one price"))
        faults += [
            Fault(f"#/products/{place}/prices", f"«{name}» has no price to begin with")
            for name in names
            if name not in priced
        ]
    if asked.rounds is not None and not 1 <= asked.rounds <= MOST_ROUNDS:
        faults.append(Fault("#/rounds", f"1 to {MOST_ROUNDS} rounds, not {asked.rounds}"))
    return faults
