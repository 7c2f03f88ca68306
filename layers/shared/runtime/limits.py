"""How often a caller may ask: windows of one minute for each organisation, caller and class of route.

A window begins with its first request and is counted in Valkey by one script, so that all instances together never
let more through than the limit. An instance takes tokens in lots that double while it is busy and shrink to one as
the limit comes near: most requests then need no call. A token is good for its window only. Without Valkey each
instance grants its share of the limit, never none and never everything.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.kernel.errors import Limited
from shared.runtime.observability import logger
from shared.runtime.rates import Limits, RouteClass
from shared.runtime.valkey import Valkey, ValkeyGone

LARGEST_LOT = 32
# A lot is at most this part of what is left, so that none is large when little is left.
PART_OF_WHAT_IS_LEFT = 20
MOST_LEASES = 5_000
# KEYS: the counters. ARGV: tokens wanted, window in ms, part of what is left, then each counter's limit.
# Answers: granted, then for each counter what is left and for how many ms.
TAKE = """
local grant = tonumber(ARGV[1])
for place, key in ipairs(KEYS) do
  local left = tonumber(ARGV[3 + place]) - tonumber(redis.call('GET', key) or '0')
  grant = math.min(grant, left, math.max(1, math.floor(left / tonumber(ARGV[3]))))
end
grant = math.max(grant, 0)
local told = {grant}
for place, key in ipairs(KEYS) do
  local used = redis.call('INCRBY', key, grant)
  local life = redis.call('PTTL', key)
  if life < 0 then
    redis.call('PEXPIRE', key, ARGV[2])
    life = tonumber(ARGV[2])
  end
  told[#told + 1] = tonumber(ARGV[3 + place]) - used
  told[#told + 1] = life
end
return told
"""


class TooManyRequests(Limited):
    """The caller, or their whole organisation, asked more often than they may."""

    code = "limits/too-many-requests"
    title = "Too many requests"


@dataclass(slots=True, kw_only=True)
class Lease:
    """Tokens of one window that this instance may give out, and what the headers say of it."""

    policy: str
    limit: int
    left: int
    tokens: int
    lot: int
    ends: float
    told: list[tuple[bytes, bytes]] = field(default_factory=list)


class Verdict(NamedTuple):
    """Whether a request may pass, and its headers."""

    passes: bool
    reset_seconds: int
    headers: list[tuple[bytes, bytes]]


class Limiter:
    """Gives out the tokens of all callers that this instance serves."""

    def __init__(self, limits: Limits, valkey: Valkey, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._valkey = valkey
        self._monotonic = monotonic
        self._leases: dict[tuple[str, str, str], Lease] = {}

    async def take(self, organisation: str, caller: str, kind: RouteClass) -> Verdict:
        """Take one token for a request. Without an organisation the caller is an address."""
        key = (organisation, caller, kind)
        lease = self._leases.get(key)
        now = self._monotonic()
        if lease is None or now >= lease.ends or (not lease.tokens and lease.left > 0):
            lease = await self._renewed(key, lease if lease is not None and now < lease.ends else None, kind)
        passes = lease.tokens > 0
        if passes:
            lease.tokens -= 1
        reset = max(1, int(lease.ends - now + 0.999))
        return Verdict(passes, reset, self._headers(lease, reset))

    async def _renewed(self, key: tuple[str, str, str], before: Lease | None, kind: RouteClass) -> Lease:
        organisation, caller, _ = key
        lot = 1 if before is None else min(LARGEST_LOT, before.lot * 2)
        counters = self._counters(organisation, caller, kind)
        asked = self._monotonic()
        try:
            answered = await self._valkey.ask(self._script(list(counters), lot, list(counters.values())))
        except ValkeyGone as error:
            logger.warning("limits are counted by this instance alone", cause=repr(error.__cause__))
            return self._kept(key, before, self._own(counters))
        granted, *told = answered
        lefts, lives = told[::2], told[1::2]
        narrowest = min(range(len(lefts)), key=lefts.__getitem__)
        policy, limit = f"{('caller', 'organisation')[narrowest]}-{kind}", list(counters.values())[narrowest]
        # A window that ends sooner makes the tokens worthless, and a shut limit opens when its own window ends.
        life = min(lives) if granted else lives[narrowest]
        lease = Lease(
            policy=policy, limit=limit, left=lefts[narrowest], tokens=granted, lot=lot, ends=asked + life / 1000
        )
        return self._kept(key, before, lease)

    def _kept(self, key: tuple[str, str, str], before: Lease | None, lease: Lease) -> Lease:
        other = self._leases.get(key)
        if other is not None and other is not before and self._monotonic() < other.ends:
            # Two requests at once found the lot empty: what both were granted is one lot.
            lease.tokens += other.tokens
            lease.ends = min(lease.ends, other.ends)
        if len(self._leases) >= MOST_LEASES:
            now = self._monotonic()
            alive = [(one, kept) for one, kept in self._leases.items() if now < kept.ends]
            self._leases = dict(alive[-MOST_LEASES // 2 :])
        self._leases[key] = lease
        return lease

    def _own(self, counters: Mapping[str, int]) -> Lease:
        """This instance's share of the narrowest limit, for one window."""
        narrowest = min(counters.values())
        share = max(1, narrowest // self._limits.instances)
        window = self._limits.window_seconds
        return Lease(policy="instance", limit=share, left=0, tokens=share, lot=1, ends=self._monotonic() + window)

    def _counters(self, organisation: str, caller: str, kind: RouteClass) -> dict[str, int]:
        """The counters of a request with their limits; those of an organisation lie in one slot of a cluster."""
        if not organisation:
            return {f"rate:{{{caller}}}:{kind}": getattr(self._limits.address, kind)}
        return {
            f"rate:{{{organisation}}}:{kind}:{caller}": getattr(self._limits.caller, kind),
            f"rate:{{{organisation}}}:{kind}": getattr(self._limits.organisation, kind),
        }

    def _script(self, keys: list[str], lot: int, limits: list[int]) -> Callable[[Any], Awaitable[list[int]]]:
        window = self._limits.window_seconds * 1000
        return lambda client: client.eval(TAKE, len(keys), *keys, lot, window, PART_OF_WHAT_IS_LEFT, *limits)

    def _headers(self, lease: Lease, reset: int) -> list[tuple[bytes, bytes]]:
        if not lease.told:
            policy = f'"{lease.policy}";q={lease.limit};w={self._limits.window_seconds}'
            lease.told = [(b"ratelimit-policy", policy.encode()), (b"ratelimit-limit", b"%d" % lease.limit)]
        left = lease.left + lease.tokens
        return [
            *lease.told,
            (b"ratelimit-remaining", b"%d" % (max(0, left))),
            (b"ratelimit-reset", b"%d" % reset),
        ]
