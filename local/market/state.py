"""What changes while the market runs: the day, the misbehaviours, and who asked for what."""

from dataclasses import dataclass, field, replace
from typing import Any

from local.market.misbehaviour import How, Misbehaviour
from local.market.woocommerce import WooCommerceShop, an_item


@dataclass(slots=True)
class Traffic:
    """How one host was treated: enough to prove that a scanner is polite."""

    requests: int = 0
    at_once: int = 0
    most_at_once: int = 0
    last_end: float | None = None
    smallest_gap: float | None = None

    def begin(self, now: float) -> None:
        """Note the start of a request."""
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.last_end is not None and self.at_once == 1:
            gap = now - self.last_end
            self.smallest_gap = gap if self.smallest_gap is None else min(gap, self.smallest_gap)

    def end(self, now: float) -> None:
        """Note the end of a request."""
        self.at_once -= 1
        self.last_end = now


@dataclass(slots=True)
class MarketState:
    """The controllable part of the market."""

    day: float = 0.0
    misbehaviours: dict[str, Misbehaviour] = field(default_factory=dict)
    traffic: dict[str, Traffic] = field(default_factory=dict)
    woocommerce: dict[str, WooCommerceShop] = field(default_factory=dict)

    def control(self, order: dict[str, Any]) -> None:
        """Obey an order: {"advance_days": 1}, {"day": 0}, {"host": …, "how": "429", "seconds": 30}, {"reset": true}.

        {"woocommerce": host, "prices": {sku: price}} opens a WooCommerce shop there, or changes its prices by hand.
        """
        if order.get("reset"):
            self.day, self.misbehaviours, self.traffic, self.woocommerce = 0.0, {}, {}, {}
        if "woocommerce" in order:
            self._stock(str(order["woocommerce"]), dict(order["prices"]))
        self.day = float(order.get("day", self.day)) + float(order.get("advance_days", 0))
        if "host" in order:
            self._tell(str(order["host"]), order)

    def _stock(self, host: str, prices: dict[str, str]) -> None:
        shop = self.woocommerce.setdefault(host, WooCommerceShop())
        known = {one["sku"]: one for one in shop.products}
        for sku, price in prices.items():
            if sku in known:
                known[sku]["regular_price"] = str(price)
            else:
                shop.products.append(an_item(len(shop.products) + 1, sku, str(price)))

    def _tell(self, host: str, order: dict[str, Any]) -> None:
        self.misbehaviours.pop(host, None)
        if order.get("how"):
            self.misbehaviours[host] = Misbehaviour(
                how=How(order["how"]), seconds=float(order.get("seconds", 2.0)), times=order.get("times")
            )

    def misbehaviour(self, host: str) -> Misbehaviour | None:
        """Return what a host does now, and count it."""
        told = self.misbehaviours.get(host)
        if told is None or told.times is None:
            return told
        if told.times <= 0:
            return None
        self.misbehaviours[host] = replace(told, times=told.times - 1)
        return told

    def report(self) -> dict[str, Any]:
        """Return the state as JSON."""
        return {
            "day": self.day,
            "misbehaviours": {host: told.how.value for host, told in self.misbehaviours.items()},
            "woocommerce": {host: shop.shown for host, shop in self.woocommerce.items()},
            "traffic": {
                host: {"requests": t.requests, "most_at_once": t.most_at_once, "smallest_gap_seconds": t.smallest_gap}
                for host, t in self.traffic.items()
            },
        }
