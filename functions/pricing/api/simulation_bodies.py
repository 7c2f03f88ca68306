"""What callers send to start a simulation, and how it is shown again."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from pricing.domain.policies.document import PolicyDocument
from pricing.domain.simulation import Asked, RivalPrice, RivalProduct, RivalSeller
from shared.runtime.answers import Body, Slug

type Amount = str
type Reads = Callable[[Any], PolicyDocument]

_DOCUMENT = "A policy that is not saved: docs/policies.md describes it, docs/policy.schema.json is its schema"
_AMOUNT = r"^[0-9]{1,13}(\.[0-9]{1,4})?$"
_AMOUNTS = ("price", "cost", "min_price", "max_price", "map_price", "msrp")


def _amount() -> Any:  # noqa: ANN401 - a field's default
    return Field(default=None, pattern=_AMOUNT, examples=["10.50"])


type Seller = Annotated[str, Field(pattern=r"^[\w .&'-]{1,40}$")]
"""What a seller is called: letters, digits and a few signs."""


class SellerBody(Body):
    """A seller whose policy sets its prices: a document, or the id of a saved policy."""

    name: Seller
    document: dict[str, Any] | None = Field(default=None, description=_DOCUMENT)
    policy_id: Slug | None = None


class RivalPriceBody(Body):
    """Where a seller begins with a product, and what binds it. Who has no policy stays at this price."""

    seller: Seller
    price: str = Field(pattern=_AMOUNT, examples=["12.00"])
    cost: Amount | None = _amount()
    min_price: Amount | None = _amount()
    max_price: Amount | None = _amount()
    map_price: Amount | None = _amount()
    msrp: Amount | None = _amount()


class RivalProductBody(Body):
    """A product that all sellers sell."""

    sku: str = Field(min_length=1, max_length=100)
    prices: list[RivalPriceBody] = Field(min_length=1, max_length=20)
    brand: str | None = Field(default=None, max_length=100)
    category: str | None = Field(default=None, max_length=200)
    tags: list[str] = Field(default=[], max_length=50)


class NewSimulation(Body):
    """A simulation to compute. Each kind has fields of its own; docs/simulations.md lists them."""

    kind: str = Field(max_length=40, examples=["difference", "backtest", "replay", "rivals", "convergence"])
    document: dict[str, Any] | None = Field(default=None, description=_DOCUMENT)
    policy_id: Slug | None = Field(default=None, description="The candidate, where it is saved")
    against: Slug | None = Field(default=None, description="The live policy to compare with")
    days: int | None = Field(default=None, description="How many days to look back, 90 at most")
    run_id: str | None = Field(default=None, max_length=60)
    shop_id: Slug | None = None
    sellers: list[SellerBody] = Field(default=[], max_length=20)
    products: list[RivalProductBody] = Field(default=[], max_length=1000)
    rounds: int | None = None


def asked_of(body: NewSimulation, read: Reads) -> Asked:
    """What is asked; `InvalidPolicy` says what is wrong with a document."""
    return Asked(
        kind=body.kind,
        document=None if body.document is None else read(body.document),
        policy_id=body.policy_id,
        against=body.against,
        days=body.days,
        run_id=body.run_id,
        shop_id=body.shop_id,
        sellers=tuple(
            RivalSeller(
                name=one.name,
                document=None if one.document is None else read(one.document),
                policy_id=one.policy_id,
            )
            for one in body.sellers
        ),
        products=tuple(_product(one) for one in body.products),
        rounds=body.rounds,
    )


def _product(body: RivalProductBody) -> RivalProduct:
    return RivalProduct(
        sku=body.sku,
        prices=tuple(_price(one) for one in body.prices),
        brand=body.brand,
        category=body.category,
        tags=tuple(body.tags),
    )


def _price(body: RivalPriceBody) -> RivalPrice:
    told = {name: getattr(body, name) for name in _AMOUNTS}
    amounts = {name: None if text is None else Decimal(text) for name, text in told.items()}
    return RivalPrice(seller=body.seller, **amounts)  # type: ignore[arg-type]  # a price is always there


def shown_asked(asked: Asked) -> dict[str, object]:
    """What was asked, without the documents: whoever wrote one has it."""
    told: dict[str, object] = {
        name: getattr(asked, name)
        for name in ("policy_id", "against", "days", "run_id", "shop_id", "rounds")
        if getattr(asked, name) is not None
    }
    if asked.document is not None:
        told["document"] = asked.document.name
    if asked.sellers:
        told["sellers"] = [one.name for one in asked.sellers]
        told["products"] = [one.sku for one in asked.products]
    return told
