"""Real data as the job's material: the Walmart table, the Amazon table, and recorded product pages."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from local.job.material import PAGES_SHOP, Label, Material, WatchedOffer, offers_of, sample_material
from local.market.catalogue import market_from

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RIVAL_HOST = "amazon-table.example"
SIMULATED = (("northlight.example", "microdata"), ("harbourmart.example", "plain"))
SIMULATED_ITEMS = 60
# The table has no costs, and a missing cost never means free: the job assumes one, and says so.
COST_SHARE = Decimal("0.70")
# Nor has it MAP prices: every tenth product gets one, so that the bound is seen at work.
MAP_EVERY = 10
MAP_SHARE = Decimal("0.95")
CENT = Decimal("0.01")

type Row = dict[str, str]


def material(data: Path = DATA) -> Material:
    """The real data when it lies beside the repository, the sample market otherwise."""
    tables, pages = data / "matching" / "full_tables" / "D8", data / "extraction" / "product_pages"
    return _real(tables, pages) if tables.is_dir() and pages.is_dir() else sample_material()


def _real(tables: Path, pages: Path) -> Material:
    own, rival = _rows(tables / "walmartclean.csv"), _rows(tables / "amazonclean.csv")
    shops = [_rival_shop(own, rival), *_simulated_shops(own)]
    document: dict[str, object] = {"seed": 20_260_301, "shops": shops}
    market = market_from(json.loads(json.dumps(document)))
    labels = _labels(pages)
    own_sku = {item.sku: item.sku.rsplit("-", maxsplit=1)[-1] for shop in market.shops for item in shop.items}
    return Material(
        title=f"the Walmart table, the Amazon table and {len(labels)} recorded product pages",
        catalogue_csv=_catalogue(own),
        columns={"sku": "id", "name": "title", "mpn": "modelno", "map_price": "map"},
        market=document,
        pages=pages,
        offers=(*offers_of(market, own_sku), *(_page_offer(label) for label in labels)),
        moving_hosts=tuple(shop.host for shop in market.shops),
        assumptions=(
            f"the table has no costs: {COST_SHARE:.0%} of the price is assumed",
            f"it has no MAP prices either: every {MAP_EVERY}th product gets {MAP_SHARE:.0%} of its price",
        ),
        pages_csv=_table(("sku", "name"), [(label.key, f"Page of {label.host}") for label in labels]),
        labels=labels,
    )


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|"))


def _price(row: Row) -> Decimal:
    return Decimal(row["price"] or 0)


def _table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _catalogue(own: list[Row]) -> str:
    header = ("id", "title", "modelno", "brand", "price", "cost", "map")
    return _table(header, [_catalogue_row(number, row) for number, row in enumerate(own)])


def _catalogue_row(number: int, row: Row) -> tuple[object, ...]:
    price = _price(row)
    cost = (price * COST_SHARE).quantize(CENT) if price > 0 else ""
    floor = (price * MAP_SHARE).quantize(CENT) if price > 0 and number % MAP_EVERY == 0 else ""
    return row["id"], row["title"], row["modelno"], row["brand"], row["price"], cost, floor


def _rival_shop(own: list[Row], rival: list[Row]) -> dict[str, object]:
    """The Amazon table's rows that name the brand and the model number of an own one: pairs that need no guess."""
    known: dict[tuple[str, str], Row] = {}
    for row in rival:
        if row["brand"] and row["modelno"] and _price(row) > 0:
            known.setdefault((row["brand"].lower(), row["modelno"].lower()), row)
    items = [
        _item(f"A{found['id']}-{mine['id']}", found, _price(found))
        for mine in own
        if _price(mine) > 0 and (found := known.get((mine["brand"].lower(), mine["modelno"].lower()))) is not None
    ]
    return {"host": RIVAL_HOST, "style": "json-ld", "items": items}


def _simulated_shops(own: list[Row]) -> list[dict[str, object]]:
    priced = [row for row in own if _price(row) > 1]
    step = len(priced) // SIMULATED_ITEMS
    shops: list[dict[str, object]] = []
    for place, (host, style) in enumerate(SIMULATED):
        some = priced[place::step][:SIMULATED_ITEMS]
        # Prices from 10 % under to 9 % over the own one, spread evenly.
        levels = [Decimal(90 + number * 7 % 20) / 100 for number in range(len(some))]
        items = [
            _item(f"{host[0].upper()}{row['id']}-{row['id']}", row, (_price(row) * level).quantize(CENT))
            for row, level in zip(some, levels, strict=True)
        ]
        shops.append({"host": host, "style": style, "items": items})
    return shops


def _item(sku: str, row: Row, price: Decimal) -> dict[str, str]:
    return {"sku": sku, "title": row["title"], "brand": row["brand"], "mpn": row["modelno"], "price": str(price)}


def _labels(pages: Path) -> tuple[Label, ...]:
    truth = json.loads((pages / "ground_truth.json").read_text(encoding="utf-8"))
    errata = json.loads((pages / "price_errata.json").read_text(encoding="utf-8"))
    return tuple(_label(key, label["url"], errata.get(key, label.get("price", []))) for key, label in truth.items())


def _label(key: str, url: str, prices: list[str]) -> Label:
    return Label(
        key=key[:12],
        url=url,
        host=urlsplit(url).hostname or "",
        prices=tuple(Decimal(price.strip()) for price in prices),
    )


def _page_offer(label: Label) -> WatchedOffer:
    return WatchedOffer(shop_id=PAGES_SHOP, sku=label.key, host=label.host, url=label.url)
