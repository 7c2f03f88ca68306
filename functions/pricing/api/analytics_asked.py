"""What a question about the market by days may say, over HTTP."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Depends, Header, Query

from pricing.api.bodies import DecimalText
from pricing.domain.analysis import Analysis, Asked, Benchmark, FileFormat
from pricing.domain.errors import InvalidWindow
from pricing.domain.local_days import DAY, day_of
from pricing.domain.market_day import PriceMode
from pricing.domain.product_filter import Criteria
from pricing.usecases.house import Pricing
from pricing.usecases.tables import MEDIA as FILE_MEDIA
from shared.runtime.answers import Slug, in_reach

type Format = FileFormat | Literal["json"]
type Percent = Annotated[DecimalText, Query(description="In per cent")]
type Name = Annotated[str | None, Query(max_length=200)]

FORMATS: tuple[Format, ...] = ("json", "csv", "xlsx", "svg", "png")
MEDIA: dict[str, str] = {"json": "application/json", **FILE_MEDIA}
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every question may say: whose days, which products, and as what the answer is wanted."""

    shop_id: str | None
    first: date | None
    last: date | None
    as_of: str | None
    criteria: Criteria
    filter_id: str | None
    mode: PriceMode
    benchmark: Benchmark
    rival: str | None
    tolerance: Decimal
    wanted: Format


async def common(  # noqa: PLR0913, PLR0917 - one for each parameter of the query
    shop_id: Annotated[Slug | None, Query(description="Of one shop; slices may cross shops")] = None,
    first: Annotated[date | None, Query(alias="from", description="The first day, in the shop's time zone")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day; today when left out")] = None,
    as_of: Annotated[str | None, Query(max_length=40, description="A past day, or a moment with its offset")] = None,
    brand: Name = None,
    category: Annotated[str | None, Query(max_length=200, description="With all below it")] = None,
    tag: Name = None,
    filter_id: Annotated[Slug | None, Query(description="What a saved filter means")] = None,
    price_mode: PriceMode = "landed",
    benchmark: Benchmark = "lowest",
    competitor_id: Annotated[Slug | None, Query(description="The rival that is the benchmark")] = None,
    tolerance: Percent = "1",
    format_: Annotated[Format | None, Query(alias="format", description="Instead of Accept")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Common:
    """What a request says of that."""
    return Common(
        shop_id=shop_id,
        first=first,
        last=last,
        as_of=as_of,
        criteria=Criteria(
            shop_id=shop_id,
            brands=_one(brand),
            categories=_one(category),
            tags=_one(None if tag is None else tag.lower()),
        ),
        filter_id=filter_id,
        mode=price_mode,
        benchmark=benchmark,
        rival=competitor_id,
        tolerance=Decimal(tolerance),
        wanted=format_ or accepted(accept),
    )


type Questions = Annotated[Common, Depends(common)]


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def accepted(accept: str) -> Format:
    """The first of our formats that the header names."""
    named = [one.split(";")[0].strip().lower() for one in accept.split(",")]
    ours = {MEDIA[one].split(";")[0]: one for one in FORMATS}
    return next((ours[one] for one in named if one in ours), "json")


async def question(
    house: Pricing, organisation_id: str, analysis: Analysis, said: Common, days: int = USUAL_DAYS, **more: object
) -> Asked:
    """The question as it is meant: without dates, of the last days up to today."""
    moment = _moment(said.as_of)
    criteria = said.criteria
    if said.filter_id is not None:
        if criteria.brands or criteria.categories or criteria.tags:
            raise InvalidWindow("give a filter_id, or a brand, a category and a tag, not both")
        criteria = (await house.stores.filters.get(organisation_id, said.filter_id)).criteria
    shop_ids = () if said.shop_id is None else (said.shop_id,)
    zone = await house.read_analysis.time_zone(organisation_id, said.shop_id)
    last = said.last or day_of(house.clock(), zone).date
    if said.as_of is not None:
        last = date.fromisoformat(said.as_of) if moment is None else day_of(moment, zone).date
    first = said.first or last - (days - 1) * DAY
    fields: dict[str, object] = {
        "shop_ids": shop_ids,
        "criteria": criteria,
        "mode": said.mode,
        "benchmark": said.benchmark,
        "rival": said.rival,
        "tolerance": said.tolerance,
        "as_of": moment,
    }
    return Asked(analysis=analysis, organisation_id=organisation_id, first=first, last=last, **fields | more)  # type: ignore[arg-type] # fields by name


def _moment(as_of: str | None) -> datetime | None:
    """The moment that is meant; None for a whole day."""
    if as_of is None:
        return None
    try:
        if "T" not in as_of:
            date.fromisoformat(as_of)
            return None
        # A plus sign in an address is a space.
        moment = datetime.fromisoformat(as_of.replace(" ", "+"))
        return in_reach(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValueError:
        mend = "write 2026-11-23 or 2026-11-23T06:00:00Z"
        raise InvalidWindow(f"as_of «{as_of}» is neither a day nor a moment; {mend}") from None
