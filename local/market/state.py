"""What changes while the market runs: the day, the misbehaviours, and who asked for what."""

from dataclasses import dataclass, field, replace
from typing import Any

from local.market.misbehaviour import How, Misbehaviour


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

    def control(self, order: dict[str, Any]) -> None:
        """Obey an order: {"advance_days": 1}, {"day": 0}, {"host": …, "how": "429", "seconds": 30}, {"reset": true}."""
        if order.get("reset"):
            self.day, self.misbehaviours, self.traffic = 0.0, {}, {}
        self.day = float(order.get("day", self.day)) + float(order.get("advance_days", 0))
        if "host" in order:
            self._tell(str(order["host"]), order)

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
            "traffic": {
                host: {"requests": t.requests, "most_at_once": t.most_at_once, "smallest_gap_seconds": t.smallest_gap}
                for host, t in self.traffic.items()
            },
        }
