"""Sign-ins counted in Valkey before the password is looked at; without Valkey each function instance counts its own.

An attempt is reserved first and given back when it succeeds, so that guesses made at the same moment cannot pass
together. An account is shut to one network after ten failures. To all networks it is shut only after a hundred, and
never to a network that signed in to it within thirty days: who knows an address can guess slowly, and cannot lock its
owner out.
"""

import hashlib
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from auth.domain.errors import TooManyAttempts
from shared.kernel.clock import Clock
from shared.runtime.observability import logger
from shared.runtime.valkey import Valkey, ValkeyGone

WINDOW_SECONDS = 900
KNOWN_SECONDS = 30 * 86_400
FAILURES_OF_PAIR = 10
FAILURES_OF_ACCOUNT = 100
FAILURES_OF_ADDRESS = 50
MOST_COUNTED = 10_000
# KEYS: the counters, all in one slot, then perhaps the mark of a known network, for which the second counter is
# not asked. ARGV: window, then each limit. Answers the seconds to wait, or 0.
RESERVE = """
local wait = 0
local known = KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1
for place = 1, #ARGV - 1 do
  local count = redis.call('INCR', KEYS[place])
  redis.call('EXPIRE', KEYS[place], ARGV[1], 'NX')
  if count > tonumber(ARGV[place + 1]) and not (place == 2 and known) then
    wait = math.max(wait, redis.call('TTL', KEYS[place]), 1)
  end
end
return wait
"""
GIVE_BACK = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
end
"""

type Counters = Sequence[tuple[str, int]]


class LocalCounts:
    """Counts of one function instance, for the time that Valkey does not answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}

    def reserve(self, counters: Counters) -> int:
        """Count each once more; the seconds to wait when one is over its limit, else 0."""
        now = self._clock().timestamp()
        waits = [0]
        for key, most in counters:
            count, until = self._counts.get(key, (0, 0.0))
            counted = (count + 1, until) if now < until else (1, now + WINDOW_SECONDS)
            self._counts[key] = counted
            waits.append(max(1, int(counted[1] - now)) if counted[0] > most else 0)
        if len(self._counts) >= MOST_COUNTED:
            self._counts = {one: counted for one, counted in self._counts.items() if now < counted[1]}
        return max(waits)

    def give_back(self, counters: Counters) -> None:
        """Take one of each back."""
        for key, _ in counters:
            count, until = self._counts.get(key, (0, 0.0))
            self._counts[key] = (max(0, count - 1), until)


class ValkeyAttempts:
    """Counts by account and network, by account, and by network, for fifteen minutes each."""

    def __init__(self, valkey: Valkey, clock: Clock) -> None:
        self._valkey = valkey
        self._local = LocalCounts(clock)

    async def reserve(self, account: str, address: str) -> None:
        """Count an attempt before it is made; `TooManyAttempts` when there were too many failures of late."""
        of_account, of_address = _counters(account, address)
        # What this instance counted while Valkey was gone still counts when it is back.
        wait = self._local.reserve([*of_account, *of_address])
        try:
            wait = max(wait, await self._reserve(of_address))
            wait = max(wait, await self._reserve(of_account, _known(account, address)))
        except ValkeyGone as error:
            logger.warning("sign-ins are counted by this instance only", cause=repr(error.__cause__))
        if wait:
            raise TooManyAttempts(f"wait {wait} seconds, then try again", retry_after_seconds=wait)

    async def succeeded(self, account: str, address: str) -> None:
        """Give an attempt back that was no failure, and know its network from now on."""
        of_account, of_address = _counters(account, address)
        self._local.give_back([*of_account, *of_address])
        names = [key for key, _ in of_account]
        try:
            await self._valkey.ask(lambda client: client.eval(GIVE_BACK, len(names), *names))
            await self._valkey.ask(lambda client: client.eval(GIVE_BACK, 1, of_address[0][0]))
            await self._valkey.ask(lambda client: client.set(_known(account, address), 1, ex=KNOWN_SECONDS))
        except ValkeyGone as error:
            logger.warning("a sign-in was not given back", cause=repr(error.__cause__))

    async def _reserve(self, counters: Counters, *marks: str) -> int:
        keys = [*(key for key, _ in counters), *marks]
        limits = [most for _, most in counters]
        return int(
            await self._valkey.ask(lambda client: client.eval(RESERVE, len(keys), *keys, WINDOW_SECONDS, *limits))
        )


def _counters(account: str, address: str) -> tuple[Counters, Counters]:
    """The counters of an account, which a cluster keeps in one place, and that of an address."""
    tag, network = _hashed(account), _hashed(_network(address))
    of_account = (
        (f"auth:{{{tag}}}:from:{network}", FAILURES_OF_PAIR),
        (f"auth:{{{tag}}}:failed", FAILURES_OF_ACCOUNT),
    )
    return of_account, ((f"auth:address:{network}", FAILURES_OF_ADDRESS),)


def _known(account: str, address: str) -> str:
    return f"auth:{{{_hashed(account)}}}:known:{_hashed(_network(address))}"


def _network(address: str) -> str:
    """The address, or the /64 that one subscriber of IPv6 has to choose addresses from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
